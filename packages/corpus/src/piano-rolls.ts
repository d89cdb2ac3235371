import { type ChannelEvent, ChannelEvents } from '@etude/midi-reader';
import type { Piece, SplitPart } from '@etude/music';
import * as z from 'zod';

const key = z.int().min(0).max(127);
const rolls = z.array(z.array(z.array(key)));
const splits = z.object({ train: rolls, valid: rolls, test: rolls });
const PARTS: readonly [keyof z.output<typeof splits>, SplitPart][] = [
  ['train', 'training'],
  ['valid', 'validation'],
  ['test', 'test'],
];

/** Piano rolls have no velocities. */
const VELOCITY = 80;
/** Ticks that a quarter note has at least. */
const FINE = 480;

/** A file of piano rolls is not what it should be. The message says where in it, and what was expected. */
export class PianoRollError extends Error {
  override name = 'PianoRollError';
}

/** Bytes that may stand before JSON: white space, and the byte order mark of UTF-8. */
const BEFORE = new Set([0x09, 0x0a, 0x0d, 0x20, 0xef, 0xbb, 0xbf]);

/** Whether the content of a file is JSON, of a map or a list. What a file is called does not count: its identity is its bytes. */
export function isJson(bytes: Uint8Array): boolean {
  const first = bytes.find((byte) => !BEFORE.has(byte));
  return first === 0x7b || first === 0x5b;
}

/**
 * The pieces of piano rolls in JSON, `{"train" | "valid" | "test": [piece: [frame: [key]]]}`, as the field shares them
 * (Boulanger-Lewandowski, Bengio and Vincent 2012). A key that sounds in frames one after the other is one note.
 * @param framesPerBeat frames a quarter note
 * @throws {PianoRollError} where it is something else
 * @example
 * piecesOfRolls('{"train": [[[60, 64], [60]]], "valid": [], "test": []}', 1); // a piece of two notes, the lower one of two quarters
 */
export function piecesOfRolls(json: string, framesPerBeat: number): Piece[] {
  const parts = parse(json);
  return PARTS.flatMap(([name, splitPart]) =>
    parts[name].map((frames) => ({ ...pieceOfFrames(frames, framesPerBeat), splitPart })),
  );
}

function parse(json: string): z.output<typeof splits> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new PianoRollError((error as Error).message);
  }
  const result = splits.safeParse(value);
  if (result.success) return result.data;
  const [{ path: place, message }] = result.error.issues as [z.core.$ZodIssue];
  throw new PianoRollError(`${place.length === 0 ? '' : `${place.join('.')}: `}${message}`);
}

function pieceOfFrames(frames: readonly (readonly number[])[], framesPerBeat: number): Piece {
  const unit = Math.ceil(FINE / framesPerBeat);
  const events: ChannelEvent[] = [];
  let sounding = new Set<number>();
  [...frames, []].forEach((keys, index) => {
    const frame = new Set([...keys].sort((a, b) => a - b));
    const tick = index * unit;
    for (const key of sounding) if (!frame.has(key)) events.push({ tick, status: 0x80, data1: key, data2: 0 });
    for (const key of frame) if (!sounding.has(key)) events.push({ tick, status: 0x90, data1: key, data2: VELOCITY });
    sounding = frame;
  });
  return {
    ...{ division: unit * framesPerBeat, tempos: [], timeSignatures: [], keySignatures: [] },
    tracks: [{ name: '', events: ChannelEvents.of(events) }],
    ...(frames.at(-1)?.length === 0 && { end: frames.length * unit }),
  };
}
