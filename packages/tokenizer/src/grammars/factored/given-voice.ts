import { checkKeys, oneAtATime, partOf } from '../given-voice.js';
import { type GivenVoice, GrammarError, type VoiceRule } from '../grammar.js';
import { compareInstruments } from './instruments.js';
import { FactoredReader, type Grid, placeOfInstrument } from './reader.js';
import type { FactoredToken, Instrument } from './tokens.js';

/**
 * Holds an instrument of the factored grammar to given notes; how hard they are struck is the model's. Where the vocabulary lacks a place in
 * the bar or a length, the nearest stands for it.
 * @throws {GrammarError} where there is no such instrument, or a pitch that the music never has
 */
export function factoredVoice({ notes, as, bar }: GivenVoice, known: readonly string[], grid: Grid): () => VoiceRule {
  const { tokens, unit } = grid;
  const ofKind = <Kind extends FactoredToken['kind']>(kind: Kind) =>
    known.flatMap((text) => {
      const token = tokens.read(text);
      return token?.kind === kind ? [token as Extract<FactoredToken, { kind: Kind }>] : [];
    });
  const instruments = ofKind('instrument').map(({ instrument }) => instrument);
  const part = partOf(instruments.filter(({ program }) => program >= 0).sort(compareInstruments), as);
  const pitches = ofKind('pitch').filter(({ isDrum }) => !isDrum);
  checkKeys(notes, new Set(pitches.map(({ key }) => key)), 'the music learnt from');
  const inBar = ofKind('position')
    .map(({ step }) => step)
    .filter((step) => step * unit < bar);
  const lengths = ofKind('duration').map(({ steps }) => steps);
  if (inBar.length === 0 || lengths.length === 0) throw new GrammarError('the music learnt from has no notes');
  const onPlaces = notes.map(({ start, end, key }) => {
    const begin = Math.floor(start / bar) * bar;
    const place = nearest(inBar, (start - begin) / unit);
    return { start: begin + place * unit, end, key };
  });
  const wanted = oneAtATime(onPlaces);
  const isPart = (instrument: Instrument | undefined) =>
    instrument !== undefined && compareInstruments(instrument, part) === 0;
  const pitchText = (key: number) => tokens.write({ kind: 'pitch', key, isDrum: false });

  return () => {
    const reader = new FactoredReader(grid);
    let next = 0;
    let playing: Instrument | undefined;
    /** where the bar began, in ticks; behind a bar line one stands nowhere until a position is named */
    let [barStart, isPlaced] = [0, false];
    /** the note that was begun last at this place: while the voice is due all others come in order */
    let latest: { instrument: Instrument; key: number } | undefined;
    /** length of the note of the voice that is being written */
    let length: number | undefined;
    const now = () => reader.step * unit;
    const isDue = () => isPlaced && next < wanted.length && wanted[next]!.start <= now();
    const isNext = (token: FactoredToken | undefined) =>
      token?.kind === 'pitch' && !token.isDrum && isPart(playing) && isDue() && token.key === wanted[next]!.key;
    /** what leads on to the note that is due */
    const towards = () => [
      isPart(playing) ? pitchText(wanted[next]!.key) : tokens.write({ kind: 'instrument', instrument: part }),
    ];
    return {
      notes: wanted.map(({ start, key }) => ({ start, key, ...placeOfInstrument(part) })),
      isOfVoice: (text) => isNext(tokens.read(text)),
      verdictOn(text) {
        const token = tokens.read(text);
        const due = isDue();
        switch (token?.kind) {
          case 'bar':
          case 'position': {
            if (due) return towards();
            const start = wanted[next]?.start ?? Number.POSITIVE_INFINITY;
            if (reader.timeAfter(text) <= Math.max(start, now())) return true;
            // The note stands in this bar, unless it was passed by already.
            return start >= barStart ? [tokens.write({ kind: 'position', step: (start - barStart) / unit })] : false;
          }
          case 'instrument': {
            const order = compareInstruments(token.instrument, part);
            if (!due) return order !== 0;
            if (order === 0) return true;
            const isLater = latest === undefined || compareInstruments(token.instrument, latest.instrument) > 0;
            return order < 0 && isLater ? true : towards();
          }
          case 'pitch': {
            if (isPart(playing)) return isNext(token) || (due && towards());
            if (!due || playing === undefined) return true;
            const isLater =
              latest === undefined || compareInstruments(playing, latest.instrument) > 0 || token.key > latest.key;
            return (compareInstruments(playing, part) < 0 && isLater) || towards();
          }
          case 'duration':
            return (
              length === undefined || token.steps === length || [tokens.write({ kind: 'duration', steps: length })]
            );
          default:
            return true;
        }
      },
      add(text) {
        const token = tokens.read(text);
        if (isNext(token)) {
          const { start, end } = wanted[next++]!;
          length = nearest(lengths, (end - start) / unit);
        } else if (token?.kind === 'duration') length = undefined;
        if (token?.kind === 'bar' || token?.kind === 'position') {
          isPlaced = token.kind === 'position';
          latest = undefined;
          if (!isPlaced) barStart = reader.timeAfter(text);
        }
        if (token?.kind === 'instrument') playing = token.instrument;
        if (token?.kind === 'pitch' && playing !== undefined) latest = { instrument: playing, key: token.key };
        reader.add(text);
      },
    };
  };
}

function nearest(values: readonly number[], wanted: number): number {
  return values.reduce((best, value) => (Math.abs(value - wanted) < Math.abs(best - wanted) ? value : best));
}
