import { isNoteOff } from '@etude/midi-reader';
import { PROGRAMS, pitchName } from '@etude/music';
import type { Vocabulary } from './vocabulary.js';
import { voiceOf } from './voices.js';

/** A token as what it says, and numbers of which a neighbour may stand for it: times, velocities, lengths. Notes end alike however it is written. */
interface Parts {
  readonly kind: string;
  readonly numbers: readonly number[];
}

/** Music has a pitch or an instrument for which the vocabulary has no token. */
export class UnknownMusicError extends Error {
  override name = 'UnknownMusicError';
}

/** Tokens that say nothing of notes; without them music is the same but for its metre, tempo and colour. */
const NOT_A_NOTE = /^(TimeSig|KeySig|Tempo|Control|PolyPressure|Pressure|PitchBend|Program_\d+\.\d+_)|^\d+_[a-e]/;

/**
 * Ids for music that the vocabulary was not built from: a token that it lacks becomes the one that says the same with the nearest time,
 * velocity or length.
 * @param name of the music, for messages
 * @returns how many had to change, and how many say nothing of notes and were left out
 * @throws {UnknownMusicError} at a note of a pitch or an instrument that the music learnt from does not have
 */
export function fitTokens(
  tokens: readonly string[],
  { entries }: Vocabulary,
  name = 'the song',
): { ids: number[]; changed: number; leftOut: number } {
  const ids = new Map(entries.map(({ token }, id) => [token, id]));
  const alike = new Map<string, { id: number; numbers: readonly number[] }[]>();
  for (const [id, { token }] of entries.entries()) {
    const { kind, numbers } = partsOf(token);
    alike.set(kind, [...(alike.get(kind) ?? []), { id, numbers }]);
  }
  let [changed, leftOut] = [0, 0];
  const fitted = tokens.flatMap((token) => {
    const id = ids.get(token);
    if (id !== undefined) return [id];
    const { kind, numbers } = partsOf(token);
    const near = alike.get(kind) ?? [];
    if (near.length === 0) {
      if (!NOT_A_NOTE.test(token)) {
        throw new UnknownMusicError(
          `${name}: the music learnt from has no ${inWords(token)}, and songs can play only what it has`,
        );
      }
      leftOut += 1;
      return [];
    }
    changed += 1;
    const distance = (other: readonly number[]) =>
      other.reduce((sum, number, i) => sum + Math.abs(Math.log((number + 1) / (numbers[i]! + 1))), 0);
    return [near.reduce((best, other) => (distance(other.numbers) < distance(best.numbers) ? other : best)).id];
  });
  return { ids: fitted, changed, leftOut };
}

/** What a token for which there is no neighbour asks for. */
function inWords(token: string): string {
  const event = /^\d+_[89]([0-9a-f])_([0-9a-f]{2})_/.exec(token);
  if (event) return `${pitchName(Number.parseInt(event[2]!, 16))} in channel ${Number.parseInt(event[1]!, 16) + 1}`;
  const note = /^Note(?:On|Off)_(\d+)\.(\d+)_(\d+)_/.exec(token);
  if (note) return `${pitchName(Number(note[3]))} in track ${note[1]}, channel ${Number(note[2]) + 1}`;
  const pitch = /^Pitch_(\d+)$/.exec(token);
  if (pitch) return pitchName(Number(pitch[1]));
  const program = voiceOf(token)?.program;
  if (program === undefined) return `token "${token}"`;
  return program < 0 ? 'percussion' : PROGRAMS[program]!;
}

function partsOf(token: string): Parts {
  const event = /^(\d+)_([89a-e][0-9a-f])_([0-9a-f]{2})(?:_([0-9a-f]{2}))?$/.exec(token);
  if (event) {
    const [status, value] = [Number.parseInt(event[2]!, 16), Number.parseInt(event[4] ?? '0', 16)];
    const ends = isNoteOff({ status, data2: value });
    return { kind: `${ends ? `off_${status & 15}` : event[2]}_${event[3]}`, numbers: [Number(event[1]), value] };
  }
  const note = /^Note(On|Off)_(\d+\.\d+_\d+)_(\d+)$/.exec(token);
  if (note) {
    const ends = note[1] === 'Off' || note[3] === '0';
    return { kind: `${ends ? 'off' : 'on'}_${note[2]}`, numbers: [Number(note[3])] };
  }
  const [, head, last] = /^((?:TimeShift|Position|Velocity|Duration|Tempo)_)(\d+)$/.exec(token) ?? [];
  return head === undefined ? { kind: token, numbers: [] } : { kind: head, numbers: [Number(last)] };
}
