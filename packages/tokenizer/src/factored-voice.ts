import { checkKeys, oneAtATime, partOf } from './given-voice.js';
import { type GivenVoice, GrammarError, type NoteReader, type VoiceRule } from './grammar.js';
import { compareVoices, type Voice, voiceOf } from './voices.js';

const numberOf = (token: string) => Number(token.slice(token.indexOf('_') + 1));

/**
 * Holds an instrument of the factored grammar to given notes; how hard they are struck is the model's. Where the vocabulary lacks a place in
 * the bar or a length, the nearest stands for it.
 * @param unit ticks of a step
 * @throws {GrammarError} where there is no such instrument, or a pitch that the music never has
 */
export function factoredVoice(
  { notes, as, bar }: GivenVoice,
  known: readonly string[],
  { unit, reader }: { unit: number; reader: () => NoteReader },
): () => VoiceRule {
  const voices = known.flatMap((token) => voiceOf(token) ?? []).sort(compareVoices);
  const part = partOf(
    voices.filter(({ program }) => program >= 0),
    as,
  );
  const numbers = (kind: string) => known.filter((token) => token.startsWith(`${kind}_`)).map(numberOf);
  checkKeys(notes, new Set(numbers('Pitch')), 'the music learnt from');
  const [places, lengths] = [numbers('Position'), numbers('Duration')];
  const inBar = places.filter((place) => place * unit < bar);
  if (inBar.length === 0 || lengths.length === 0) throw new GrammarError('the music learnt from has no notes');
  const onPlaces = notes.map(({ start, end, key }) => {
    const begin = Math.floor(start / bar) * bar;
    const place = nearest(inBar, (start - begin) / unit);
    return { start: begin + place * unit, end, key };
  });
  const wanted = oneAtATime(onPlaces);
  const isPart = (voice: Voice | undefined) => voice !== undefined && compareVoices(voice, part) === 0;

  return () => {
    const place = reader();
    let next = 0;
    let voice: Voice | undefined;
    /** the note that was begun last at this place: while the voice is due all others come in order, and so end */
    let latest: { voice: Voice; key: number } | undefined;
    /** length of the note of the voice that is being written */
    let length: number | undefined;
    /** behind a bar line one stands nowhere until a position is named */
    let isPlaced = false;
    const now = () => place.timeAfter('');
    const isDue = () => isPlaced && next < wanted.length && wanted[next]!.start <= now();
    const isOfVoice = (token: string) => isPart(voice) && isDue() && token === `Pitch_${wanted[next]!.key}`;
    return {
      isOfVoice,
      allows(token) {
        const due = isDue();
        switch (token.slice(0, token.indexOf('_'))) {
          case 'Bar':
          case 'Position':
            return next >= wanted.length || (!due && place.timeAfter(token) <= Math.max(now(), wanted[next]!.start));
          case 'Program': {
            const named = voiceOf(token)!;
            const order = compareVoices(named, part);
            if (!due) return order !== 0;
            return order <= 0 && (latest === undefined || compareVoices(named, latest.voice) > 0);
          }
          case 'Pitch':
          case 'PitchDrum':
            if (isPart(voice)) return isOfVoice(token);
            if (!due || voice === undefined) return true;
            return (
              compareVoices(voice, part) < 0 &&
              (latest === undefined || compareVoices(voice, latest.voice) > 0 || numberOf(token) > latest.key)
            );
          case 'Duration':
            return length === undefined || numberOf(token) === length;
          default:
            return true;
        }
      },
      add(token) {
        if (isOfVoice(token)) {
          const { start, end } = wanted[next++]!;
          length = nearest(lengths, (end - start) / unit);
        } else if (token.startsWith('Duration_')) length = undefined;
        if (token.startsWith('Bar_') || token.startsWith('Position_')) {
          isPlaced = token.startsWith('Position_');
          latest = undefined;
        }
        voice = voiceOf(token) ?? voice;
        if (token.startsWith('Pitch') && voice !== undefined) latest = { voice, key: numberOf(token) };
        place.add(token);
      },
    };
  };
}

function nearest(values: readonly number[], wanted: number): number {
  return values.reduce((best, value) => (Math.abs(value - wanted) < Math.abs(best - wanted) ? value : best));
}
