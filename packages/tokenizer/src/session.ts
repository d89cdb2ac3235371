import {
  ChannelEvents,
  channelMessage,
  isNoteOn,
  type KeySignature,
  type Tempo,
  type TimeSignature,
} from '@etude/midi-reader';
import { DRUM_CHANNEL, type Piece, quantize } from '@etude/music';

import { type Grammar, GrammarError, TokenError, ticksOfStep } from './grammar.js';
import { KeysDown } from './keys-down.js';
import { sessionVoice } from './session-voice.js';

/** Names of channel messages in tokens, by status nibble; MidiTok's where it has one. */
const NAMES: Readonly<Record<number, string>> = {
  8: 'NoteOff',
  9: 'NoteOn',
  10: 'PolyPressure',
  11: 'Control',
  12: 'Program',
  13: 'Pressure',
  14: 'PitchBend',
};
const STATUS = new Map(Object.entries(NAMES).map(([status, name]) => [name, Number(status)]));

/**
 * The session grammar: all tracks and channels in one stream in time order, with tempo, metre and key (docs/session.md). On a
 * grid, `steps` steps a quarter note; else in ticks, and then it stands for exactly the events that it was made from.
 */
export function sessionGrammar({ division, steps }: { division: number; steps: number | undefined }): Grammar {
  /** ticks a time step of the tokens has in what is decoded */
  const unit = steps === undefined ? 1 : ticksOfStep(steps);
  const names = new TokenNames();
  const decodedDivision = steps === undefined ? division : unit * steps;
  /** what tokens stand for; while a song is written each is asked about again and again */
  const known = new Map<string, ReturnType<typeof messageOf>>();
  const knownMessageOf = (token: string) => {
    if (!known.has(token)) known.set(token, messageOf(token));
    return known.get(token);
  };
  const shiftOf = (token: string) =>
    token.startsWith('TimeShift_') ? unit * Number(token.slice('TimeShift_'.length)) : undefined;
  return {
    division: decodedDivision,
    encode(piece) {
      if (steps !== undefined)
        return encode(quantize(piece, steps).piece, (tick) => Math.round((tick * steps) / piece.division), names);
      if (piece.division !== division) {
        throw new GrammarError(`expected ${division} ticks a quarter note, found ${piece.division}`);
      }
      return encode(piece, (tick) => tick, names);
    },
    decode: (tokens) => decode(tokens, unit, decodedDivision),
    reader() {
      let now = 0;
      const tracks = new Map<number, KeysDown>();
      const keysOf = (track: number) => {
        const keys = tracks.get(track) ?? new KeysDown();
        tracks.set(track, keys);
        return keys;
      };
      const timeAfter = (token: string) => now + (shiftOf(token) ?? 0);
      return {
        noteOf(token) {
          const message = knownMessageOf(token);
          if (message === undefined || !isNoteOn(message)) return undefined;
          const channel = message.status & 15;
          if (channel === DRUM_CHANNEL) return undefined;
          return { start: now, key: message.data1, track: message.track, channel };
        },
        allows(token) {
          const message = knownMessageOf(token);
          return message === undefined || keysOf(message.track).allows(message);
        },
        timeAfter,
        lengthOf(token) {
          const message = knownMessageOf(token);
          const begun = message && keysOf(message.track).begunAt(message);
          return begun === undefined ? undefined : { ticks: now - begun, isOver: true };
        },
        add(token) {
          now = timeAfter(token);
          const message = knownMessageOf(token);
          if (message !== undefined) keysOf(message.track).add(message, now);
        },
      };
    },
    startsLine: (token) => token.startsWith('TimeShift_'),
    maySongStart: (token) => token.startsWith('NoteOn_') && !token.endsWith('_0'),
    around: (voice, known) => sessionVoice(voice, known, { messageOf: knownMessageOf, shiftOf }),
  };
}

interface Placed {
  readonly tick: number;
  readonly token: string;
}

function encode(piece: Piece, stepOf: (tick: number) => number, names: TokenNames): string[] {
  // At one tick: metre, key, tempo, then the events of the tracks in their order.
  const meta: Placed[] = [
    ...piece.timeSignatures.map(({ tick, numerator, denominator }) => ({
      tick,
      token: `TimeSig_${numerator}/${denominator}`,
    })),
    ...piece.keySignatures.map(({ tick, sharps, minor }) => ({
      tick,
      token: `KeySig_${sharps}_${minor ? 'minor' : 'major'}`,
    })),
    ...piece.tempos.map(({ tick, microseconds }) => ({ tick, token: `Tempo_${microseconds}` })),
  ].sort((a, b) => a.tick - b.tick);
  const columns = piece.tracks.map(({ events }) => events);
  // Every event brings one token, and one more where time goes on.
  const most = 2 * (meta.length + columns.reduce((sum, { length }) => sum + length, 0));
  const tokens = new Array<string>(most);
  let count = 0;
  let now = 0;
  const moveTo = (tick: number) => {
    const step = stepOf(tick);
    if (step > now) tokens[count++] = names.shift(step - now);
    now = step;
  };
  let nextMeta = 0;
  const metaUntil = (tick: number) => {
    for (; nextMeta < meta.length && meta[nextMeta]!.tick <= tick; nextMeta++) {
      moveTo(meta[nextMeta]!.tick);
      tokens[count++] = meta[nextMeta]!.token;
    }
  };
  const at = new Int32Array(columns.length);
  /** tick of each track's next message */
  const upcoming = Float64Array.from(columns, ({ ticks }) => ticks[0] ?? Number.POSITIVE_INFINITY);
  for (;;) {
    let track = 0;
    let tick = upcoming[0] ?? Number.POSITIVE_INFINITY;
    for (let i = 1; i < upcoming.length; i++) {
      if (upcoming[i]! < tick) {
        track = i;
        tick = upcoming[i]!;
      }
    }
    if (tick === Number.POSITIVE_INFINITY) break;
    if (nextMeta < meta.length) metaUntil(tick);
    moveTo(tick);
    const { ticks, messages } = columns[track]!;
    // Messages of one track and tick follow each other whatever the other tracks have.
    let next = at[track]!;
    for (; next < ticks.length && ticks[next] === tick; next++) tokens[count++] = names.message(track, messages[next]!);
    at[track] = next;
    upcoming[track] = next < ticks.length ? ticks[next]! : Number.POSITIVE_INFINITY;
  }
  metaUntil(Number.POSITIVE_INFINITY);
  tokens.length = count;
  return tokens;
}

/** Tokens, each made once: most music has few different ones, and making a text takes longer than all else. */
class TokenNames {
  /** by track, then by status, first and second data byte */
  readonly #messages: string[][][][] = [];
  readonly #shifts: string[] = [];

  message(track: number, message: number): string {
    const known = this.#messages[track]?.[(message >> 16) & 127]?.[(message >> 8) & 127]?.[message & 127];
    return known ?? this.#makeMessage(track, message);
  }

  shift(steps: number): string {
    return this.#shifts[steps] ?? this.#makeShift(steps);
  }

  #makeMessage(track: number, message: number): string {
    // Arrays of full length stay arrays; with large gaps they would become hash tables.
    this.#messages[track] ??= new Array<string[][]>(128);
    const ofTrack = this.#messages[track];
    ofTrack[(message >> 16) & 127] ??= new Array<string[]>(128);
    const ofStatus = ofTrack[(message >> 16) & 127]!;
    ofStatus[(message >> 8) & 127] ??= new Array<string>(128);
    const token = nameOf(track, message);
    ofStatus[(message >> 8) & 127]![message & 127] = token;
    return token;
  }

  #makeShift(steps: number): string {
    const token = `TimeShift_${steps}`;
    // Longer ones are rare.
    if (steps < 10_000) this.#shifts[steps] = token;
    return token;
  }
}

function nameOf(track: number, message: number): string {
  const [status, data1, data2] = [message >> 16, (message >> 8) & 127, message & 127];
  const head = `${NAMES[status >> 4]}_${track}.${status & 15}`;
  if (status >> 4 === 14) return `${head}_${data1 + (data2 << 7) - 0x2000}`;
  return channelMessage(status)!.dataBytes === 1 ? `${head}_${data1}` : `${head}_${data1}_${data2}`;
}

const MESSAGE = /^([A-Z][A-Za-z]+)_(\d{1,5})\.(\d|1[0-5])_(-?\d+)(?:_(\d+))?$/;

/** The channel message that a token stands for; undefined where it is none. */
function messageOf(token: string): { track: number; status: number; data1: number; data2: number } | undefined {
  const match = MESSAGE.exec(token);
  const kind = STATUS.get(match?.[1] ?? '');
  if (match === null || kind === undefined) return undefined;
  const [first, second] = [Number(match[4]), match[5] === undefined ? undefined : Number(match[5])];
  const bend = kind === 14;
  const two = !bend && channelMessage(kind << 4)!.dataBytes === 2;
  const inRange = bend ? first >= -0x2000 && first < 0x2000 : first >= 0 && first < 128 && (second ?? 0) < 128;
  if (!inRange || two !== (second !== undefined)) return undefined;
  const common = { track: Number(match[2]), status: (kind << 4) | Number(match[3]) };
  if (!bend) return { ...common, data1: first, data2: second ?? 0 };
  return { ...common, data1: (first + 0x2000) & 127, data2: (first + 0x2000) >> 7 };
}

function decode(tokens: readonly string[], unit: number, division: number): Piece {
  const tempos: Tempo[] = [];
  const timeSignatures: TimeSignature[] = [];
  const keySignatures: KeySignature[] = [];
  const tracks: { ticks: number[]; messages: number[] }[] = [];
  let tick = 0;
  tokens.forEach((token, index) => {
    const unknown = () => new TokenError(index, `expected a token of the session grammar, found "${token}"`);
    const shift = /^TimeShift_([1-9]\d*)$/.exec(token);
    const metre = /^TimeSig_([1-9]\d*)\/(\d+)$/.exec(token);
    const key = /^KeySig_(-?[0-7])_(major|minor)$/.exec(token);
    const tempo = /^Tempo_([1-9]\d*)$/.exec(token);
    if (shift) tick += Number(shift[1]) * unit;
    else if (metre) timeSignatures.push({ tick, numerator: Number(metre[1]), denominator: Number(metre[2]) });
    else if (key) keySignatures.push({ tick, sharps: Number(key[1]), minor: key[2] === 'minor' });
    else if (tempo) tempos.push({ tick, microseconds: Number(tempo[1]) });
    else {
      const message = messageOf(token);
      if (message === undefined) throw unknown();
      const { track, status, data1, data2 } = message;
      while (tracks.length <= track) tracks.push({ ticks: [], messages: [] });
      tracks[track]!.ticks.push(tick);
      tracks[track]!.messages.push((status << 16) | (data1 << 8) | data2);
    }
  });
  return {
    ...{ division, tempos, timeSignatures, keySignatures },
    tracks: tracks.map(({ ticks, messages }) => ({
      name: '',
      events: new ChannelEvents(Float64Array.from(ticks), Int32Array.from(messages)),
    })),
  };
}
