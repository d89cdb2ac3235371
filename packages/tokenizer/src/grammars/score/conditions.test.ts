import { describe, expect, it } from 'vitest';
import { toldConditions } from '../../testing/told-conditions.js';
import { scoreConditions } from './conditions.js';
import { scoreTokens } from './tokens.js';

/** What is told of the place behind some tokens, by the names of the conditions; 4 steps a quarter note. */
const toldBehind = (text: string) => toldConditions(scoreConditions(scoreTokens(), 4), text.split(/\s+/));

const HEAD = 'TimeSig_3/4 Key_1_9 Upbeat_4 Bars_12 Program_40';
/** C in the upbeat, then two bars of 12 steps: D E F, G for a bar. */
const TUNE = `${HEAD} Pitch_60 Duration_4 Pitch_62 Duration_4 Pitch_64 Duration_4 Pitch_65 Duration_4 Pitch_67 Duration_12`;

describe('what a model of scores is told', () => {
  it('has values below the size of each', () => {
    const { fields } = scoreConditions(scoreTokens(), 4);
    const told = toldBehind(`TimeSig_255/64 Key_7_11 Upbeat_5000 Bars_99 Program_0 Pitch_127 Duration_5000 Pitch_127`);
    for (const { name, size } of fields) {
      expect(told(name), name).toBeGreaterThanOrEqual(0);
      expect(told(name), name).toBeLessThan(size);
    }
  });

  it('is the place in the bar, an upbeat being the end of one, and how many bars are left', () => {
    const upbeat = toldBehind(HEAD);
    expect([upbeat('position'), upbeat('bar-in-8'), upbeat('bars-left')]).toEqual([8, 0, 13]);
    const first = toldBehind(`${HEAD} Pitch_60 Duration_4 Pitch_62 Duration_4`);
    expect([first('position'), first('bar-in-8'), first('bars-left')]).toEqual([4, 1, 12]);
    const third = toldBehind(TUNE);
    expect([third('position'), third('bar-in-8'), third('bars-left')]).toEqual([0, 3, 10]);
    expect([third('metre'), third('tonic')]).toEqual([2 * 8 + 2, 9]);
  });

  it('is what was written last', () => {
    const told = toldBehind(`${TUNE} Pitch_69`);
    expect(['pitch', 'pitch-1', 'pitch-2', 'duration-1'].map(told)).toEqual([71, 69, 67, 12]);
    expect(toldBehind(`${TUNE} Rest_None`)('pitch')).toBe(1);
    expect(toldBehind(TUNE)('pitch')).toBe(0);
  });

  it('is what stood some bars ago at this place, and how long the music has been as it was then', () => {
    const told = toldBehind(`${TUNE} Pitch_62 Duration_4`);
    // Two bars ago: E behind the same D.
    expect(['pitch', 'duration', 'next', 'match'].map((what) => told(`${what}-2-bars-ago`))).toEqual([66, 4, 67, 1]);
    // One bar ago the G went on.
    expect(['pitch', 'duration', 'next', 'match'].map((what) => told(`${what}-1-bars-ago`))).toEqual([69, 0, 64, 0]);
    expect(told('pitch-4-bars-ago')).toBe(0);
    expect(toldBehind(`${TUNE} Pitch_62 Duration_4 Pitch_64`)('match-2-bars-ago')).toBe(8 + 1);
    expect(toldBehind(`${TUNE} Pitch_62 Duration_4 Pitch_65`)('match-2-bars-ago')).toBe(16 + 1);
  });

  it('is what came after the same notes, and after the same on other degrees', () => {
    const same = toldBehind(`${TUNE} Pitch_62 Duration_4 Pitch_64 Duration_4`);
    expect(['pitch', 'duration', 'alike'].map((what) => same(`recalled-${what}`))).toEqual([67, 4, 2]);
    const moved = toldBehind(`${TUNE} Pitch_69 Duration_4 Pitch_71 Duration_4 Pitch_72 Duration_4`);
    expect(['pitch', 'duration', 'alike'].map((what) => moved(`recalled-${what}`))).toEqual([0, 0, 0]);
    // G A B C goes up as C D E F did, so that a D comes as the G did.
    expect(['pitch', 'duration', 'alike'].map((what) => moved(`sequence-${what}`))).toEqual([76, 12, 3]);
  });

  it('is what sounds in the other voices', () => {
    const duet = `${HEAD} Pitch_60 Duration_8 Program_41 Pitch_48 Duration_4`;
    const told = toldBehind(duet);
    expect([told('voice'), told('voices'), told('program')]).toEqual([1, 1, 42]);
    expect([told('sounding-1'), told('sounding-2')]).toEqual([62, 0]);
    // The C goes on for another beat; with an E it would be a third.
    expect([told('motion-1'), told('left-1')]).toEqual([0, 4]);
    expect(Array.from({ length: 12 }, (_, i) => told(`sounds-${i}`))).toEqual([1, ...Array(11).fill(0)]);
    const chord = toldBehind(`${duet} Pitch_52 Pitch_55`);
    expect([chord('chord'), chord('lowest'), chord('highest')]).toEqual([1, 54, 62]);
    expect(['sounds-0', 'sounds-4', 'sounds-7', 'sounds-9'].map(chord)).toEqual([1, 1, 1, 0]);
  });

  it('is how the other voices move to what they begin', () => {
    const told = toldBehind(`${HEAD} Pitch_60 Duration_4 Program_41 Pitch_48 Duration_4 Pitch_65 Duration_8`);
    // From C up to F, which lasts for two beats.
    expect([told('voice'), told('motion-1'), told('left-1')]).toEqual([1, 2 + 24 + 5, 8]);
    const behindRest = toldBehind(`${HEAD} Rest_None Duration_4 Program_41 Pitch_48 Duration_4 Pitch_65 Duration_8`);
    expect(behindRest('motion-1')).toBe(1);
  });

  it('leaves percussion out of what sounds together', () => {
    const told = toldBehind('TimeSig_4/4 Key_0_0 Program_-1 PitchDrum_36 Duration_8 Program_40 Pitch_64 Pitch_67');
    expect([told('sounding-1'), told('lowest'), told('sounds-0'), told('sounds-4')]).toEqual([38, 66, 0, 1]);
  });

  it('is the next key of a chord that stood in its place', () => {
    const bar = 'Pitch_60 Pitch_64 Pitch_67 Duration_16';
    const chords = `TimeSig_4/4 Key_0_0 Program_0 ${bar}`;
    const next = (text: string) => {
      const told = toldBehind(text);
      return [told('chord-1-bars-ago'), told('chord-2-bars-ago'), told('recalled-chord')];
    };
    expect(next(chords)).toEqual([62, 0, 0]);
    expect(next(`${chords} Pitch_60`)).toEqual([66, 0, 0]);
    expect(next(`${chords} Pitch_60 Pitch_64 Pitch_67`)).toEqual([1, 0, 0]);
    expect(next(`${chords} ${bar} ${bar} Pitch_60`)).toEqual([66, 66, 66]);
    expect(next(`TimeSig_4/4 Key_0_0 Program_0 Pitch_67 Duration_16 Pitch_67`)).toEqual([0, 0, 0]);
  });
});
