import { type ChannelEvent, ChannelEvents } from '@etude/midi-reader';
import type { Piece, SplitPart } from '@etude/music';
import * as z from 'zod';
import { jsonTune, pieceOfTune } from './json-tunes.js';

const key = z.int().min(0).max(127);
const roll = z.array(z.array(key));
const splitsOf = <Item extends z.ZodType>(item: Item) => {
  const part = z.array(item).default([]);
  return z.strictObject({ train: part, valid: part, test: part });
};
const PARTS: readonly ['train' | 'valid' | 'test', SplitPart][] = [
  ['train', 'training'],
  ['valid', 'validation'],
  ['test', 'test'],
];

/** Piano rolls have no velocities. */
const VELOCITY = 80;
/** Ticks that a quarter note has at least. */
const FINE = 480;

/** A file of music in JSON is not what it should be. The message says where in it, and what was expected. */
export class JsonMusicError extends Error {
  override name = 'JsonMusicError';
}

/** Bytes that may stand before JSON: white space, and the byte order mark of UTF-8. */
const BEFORE = new Set([0x09, 0x0a, 0x0d, 0x20, 0xef, 0xbb, 0xbf]);

/** Whether the content of a file is JSON, of a map or a list. What a file is called does not count: its identity is its bytes. */
export function isJson(bytes: Uint8Array): boolean {
  const first = bytes.find((byte) => !BEFORE.has(byte));
  return first === 0x7b || first === 0x5b;
}

/**
 * The pieces of JSON in parts, `{"train" | "valid" | "test": [piece]}`: piano rolls `[frame: [key]]`, as the field shares them
 * (Boulanger-Lewandowski, Bengio and Vincent 2012), or tunes (`jsonTune`). A key that sounds in frames one after the other is one
 * note.
 * @param framesPerBeat frames a quarter note of piano rolls
 * @throws {JsonMusicError} where it is something else
 * @example
 * piecesOfJson('{"train": [[[60, 64], [60]]]}', 1); // a piece of two notes, the lower one of two quarters
 */
export function piecesOfJson(json: string, framesPerBeat: number): Piece[] {
  const value = parse(json);
  if (hasTunes(value)) return inParts(checked(splitsOf(jsonTune), value), pieceOfTune);
  return inParts(checked(splitsOf(roll), value), (frames) => pieceOfFrames(frames, framesPerBeat));
}

function inParts<Item>(
  parts: Readonly<Record<(typeof PARTS)[number][0], readonly Item[]>>,
  pieceOf: (item: Item) => Piece,
): Piece[] {
  return PARTS.flatMap(([name, splitPart]) => parts[name].map((item) => ({ ...pieceOf(item), splitPart })));
}

/** Whether the first piece is a map, and so a tune. */
function hasTunes(value: unknown): boolean {
  const [first] = Object.values(value ?? {}).flatMap((part: unknown) => (Array.isArray(part) ? part.slice(0, 1) : []));
  return typeof first === 'object' && !Array.isArray(first);
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new JsonMusicError((error as Error).message);
  }
}

function checked<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [{ path: place, message }] = result.error.issues as [z.core.$ZodIssue];
  throw new JsonMusicError(`${place.length === 0 ? '' : `${place.join('.')}: `}${message}`);
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
