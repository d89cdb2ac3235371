import { type ChannelEvent, ChannelEvents } from '@etude/midi-reader';
import type { Piece } from '@etude/music';
import * as z from 'zod';

/** Units a quarter note of the times of tunes. */
const UNITS = 24;
/** Ticks of a unit: 480 a quarter note. */
const TICKS = 20;
/** Tunes have no velocities. */
const VELOCITY = 80;

const time = z.int().min(0).max(1_000_000);

/** A tune of one voice, times in 24ths of a quarter note from its beginning. */
export const jsonTune = z.object({
  metre: z.tuple([z.int().min(1).max(255), z.literal([1, 2, 4, 8, 16, 32, 64, 128])]),
  /** pitch class; the signature is that of C major and A minor */
  tonic: z.int().min(0).max(11),
  /** how long the first bar is where it is no whole one, else 0 */
  upbeat: time,
  notes: z.array(z.tuple([time, time.min(1), z.int().min(0).max(127)])),
});

/**
 * The piece of a tune in JSON: start, length and key of each note.
 * @example
 * pieceOfTune({ metre: [3, 4], tonic: 0, upbeat: 0, notes: [[0, 24, 60]] }); // a quarter of C4 in C major
 */
export function pieceOfTune({
  metre: [numerator, denominator],
  tonic,
  upbeat,
  notes,
}: z.output<typeof jsonTune>): Piece {
  const events = notes.flatMap(([start, length, key]): ChannelEvent[] => [
    { tick: start * TICKS, status: 0x90, data1: key, data2: VELOCITY },
    { tick: (start + length) * TICKS, status: 0x80, data1: key, data2: 0 },
  ]);
  events.sort((a, b) => a.tick - b.tick || a.status - b.status);
  const metre = { tick: 0, numerator, denominator };
  const begun = upbeat % ((4 * UNITS * numerator) / denominator);
  const isMode = tonic !== 0 && tonic !== 9;
  return {
    ...{ division: UNITS * TICKS, tempos: [] },
    // A metre that begins inside of the first bar makes an upbeat of it.
    timeSignatures: begun === 0 ? [metre] : [metre, { ...metre, tick: begun * TICKS }],
    keySignatures: [{ tick: 0, sharps: 0, minor: tonic === 9, ...(isMode && { tonic }) }],
    tracks: [{ name: '', events: ChannelEvents.of(events) }],
  };
}
