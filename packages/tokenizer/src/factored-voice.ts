import { checkKeys, oneAtATime, partOf } from './given-voice.js';
import { type GivenVoice, GrammarError, type NoteReader, type VoiceRule } from './grammar.js';
import { compareVoices, type Voice, voiceOf, voiceToken } from './voices.js';

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
    /** where the bar began, in ticks; behind a bar line one stands nowhere until a position is named */
    let [barStart, isPlaced] = [0, false];
    /** the note that was begun last at this place: while the voice is due all others come in order */
    let latest: { voice: Voice; key: number } | undefined;
    /** length of the note of the voice that is being written */
    let length: number | undefined;
    const now = () => place.timeAfter('');
    const isDue = () => isPlaced && next < wanted.length && wanted[next]!.start <= now();
    const isOfVoice = (token: string) => isPart(voice) && isDue() && token === `Pitch_${wanted[next]!.key}`;
    /** what leads on to the note that is due */
    const towards = () => [isPart(voice) ? `Pitch_${wanted[next]!.key}` : voiceToken(part)];
    return {
      isOfVoice,
      verdictOn(token) {
        const due = isDue();
        switch (token.slice(0, token.indexOf('_'))) {
          case 'Bar':
          case 'Position': {
            if (due) return towards();
            const start = wanted[next]?.start ?? Number.POSITIVE_INFINITY;
            if (place.timeAfter(token) <= Math.max(start, now())) return true;
            // The note stands in this bar, unless it was passed by already.
            return start >= barStart ? [`Position_${(start - barStart) / unit}`] : false;
          }
          case 'Program': {
            const named = voiceOf(token)!;
            const order = compareVoices(named, part);
            if (!due) return order !== 0;
            if (order === 0) return true;
            return order < 0 && (latest === undefined || compareVoices(named, latest.voice) > 0) ? true : towards();
          }
          case 'Pitch':
          case 'PitchDrum': {
            if (isPart(voice)) return isOfVoice(token) || (due && towards());
            if (!due || voice === undefined) return true;
            const isBefore =
              compareVoices(voice, part) < 0 &&
              (latest === undefined || compareVoices(voice, latest.voice) > 0 || numberOf(token) > latest.key);
            return isBefore || towards();
          }
          case 'Duration':
            return length === undefined || numberOf(token) === length || [`Duration_${length}`];
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
          if (!isPlaced) barStart = place.timeAfter(token);
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
