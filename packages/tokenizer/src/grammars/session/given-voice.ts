import { isNoteOff, isNoteOn } from '@etude/midi-reader';
import { checkKeys, oneAtATime, partOf } from '../given-voice.js';
import type { GivenVoice, VoiceRule } from '../grammar.js';
import type { TokenTable } from '../token-table.js';
import { messageOf, type SessionToken, type TrackMessage } from './tokens.js';

interface SessionTokens {
  readonly tokens: TokenTable<SessionToken>;
  /** ticks of a time step */
  readonly unit: number;
}

const isNote = (message: TrackMessage) => isNoteOn(message) || isNoteOff(message);

/**
 * Holds a part of a session, one channel of one track, to given notes. How hard they are struck is the model's.
 * @param known all tokens of the vocabulary
 * @throws {GrammarError} where there is no such part, or it never has one of the pitches
 */
export function sessionVoice(
  { notes, as }: GivenVoice,
  known: readonly string[],
  { tokens, unit }: SessionTokens,
): () => VoiceRule {
  /** ticks by which a token moves on; undefined of one that is no time shift */
  const shiftOf = (text: string) => {
    const token = tokens.read(text);
    return token?.kind === 'shift' ? unit * token.steps : undefined;
  };
  const messages = known.flatMap((token) => messageOf(tokens, token) ?? []);
  const struck = messages.filter((message) => isNoteOn(message) && (message.status & 15) !== 9);
  const channels = new Set(struck.map(({ track, status }) => track * 16 + (status & 15)));
  const inOrder = [...channels].sort((a, b) => a - b);
  const part = partOf(inOrder, as);
  const track = part >> 4;
  const isOfPart = (message: TrackMessage) => message.track === track && (message.status & 15) === (part & 15);
  checkKeys(notes, new Set(struck.filter(isOfPart).map(({ data1 }) => data1)), `part ${as} of the music learnt from`);
  /** tokens by the key of the part that they strike, or let go */
  const [strikes, releases] = [new Map<number, string[]>(), new Map<number, string[]>()];
  for (const token of known) {
    const message = messageOf(tokens, token);
    if (message === undefined || !isNote(message) || !isOfPart(message)) continue;
    const texts = isNoteOn(message) ? strikes : releases;
    texts.set(message.data1, [...(texts.get(message.data1) ?? []), token]);
  }
  // At one tick keys are let go before others are struck.
  const events = oneAtATime(notes)
    .flatMap(({ start, end, key }) => [
      { tick: start, key, on: true, tokens: strikes.get(key)! },
      { tick: end, key, on: false, tokens: releases.get(key) ?? [] },
    ])
    .sort((a, b) => a.tick - b.tick || Number(a.on) - Number(b.on));
  const shifts = known
    .flatMap((token) => ({ token, ticks: shiftOf(token) ?? 0 }))
    .filter(({ ticks }) => ticks > 0)
    .sort((a, b) => b.ticks - a.ticks);
  const gaps = events.map(({ tick }, i) => tick - (events[i - 1]?.tick ?? 0));
  const isReachable = sumsOf(
    shifts.map(({ ticks }) => ticks),
    gaps.reduce((most, gap) => Math.max(most, gap), 0),
  );
  /** The longest shift from which the rest of the way can be made; where there is none, the shortest that passes the tick. */
  const shiftTowards = (left: number) =>
    shifts.find(({ ticks }) => isReachable[left - ticks]) ?? shifts.findLast(({ ticks }) => ticks >= left);

  const begins = events
    .filter(({ on }) => on)
    .map(({ tick, key }) => ({ start: tick, key, track, channel: part & 15 }));

  return () => {
    let [now, next] = [0, 0];
    const isDue = (message: TrackMessage) => {
      const event = events[next];
      if (event === undefined || event.tick > now) return false;
      return isOfPart(message) && message.data1 === event.key && isNoteOn(message) === event.on;
    };
    return {
      notes: begins,
      verdictOn(token) {
        const event = events[next];
        const shift = shiftOf(token);
        if (shift !== undefined) {
          if (event === undefined) return true;
          const left = event.tick - now;
          if (left <= 0) return event.tokens;
          if (isReachable[left - shift]) return true;
          const towards = shiftTowards(left);
          return towards === undefined || towards.token === token || [towards.token];
        }
        const message = messageOf(tokens, token);
        if (message === undefined || !isNote(message)) return true;
        if (isOfPart(message)) return isDue(message);
        // The messages of a tick stand in the order of their tracks.
        return event === undefined || event.tick > now || message.track <= track || event.tokens;
      },
      isOfVoice(token) {
        const message = messageOf(tokens, token);
        return message !== undefined && isNoteOn(message) && isDue(message);
      },
      add(token) {
        now += shiftOf(token) ?? 0;
        const message = messageOf(tokens, token);
        if (message !== undefined && isNote(message) && isDue(message)) next += 1;
      },
    };
  };
}

/** Of 0 to `most` whether it is the sum of some of the numbers, each as often as need be. */
function sumsOf(numbers: readonly number[], most: number): boolean[] {
  const sums = [true];
  for (let sum = 1; sum <= most; sum++) sums[sum] = numbers.some((number) => number <= sum && sums[sum - number]);
  return sums;
}
