import { readFileSync } from 'node:fs';
import { type ChannelEvent, ChannelEvents, readMidi } from '@etude/midi-reader';
import { notesOf } from '../notes.js';
import { type Piece, piecesOf } from '../piece.js';

/** Pachelbel's canon. */
export const canon = piecesOf(readMidi(readFileSync(new URL('../../../../data/canon-in-d.mid', import.meta.url))))[0]!;

export const note = (tick: number, length: number, key: number, channel = 0): ChannelEvent[] => [
  { tick, status: 0x90 | channel, data1: key, data2: 90 },
  { tick: tick + length, status: 0x80 | channel, data1: key, data2: 0 },
];
export const pedal = (tick: number, data2: number): ChannelEvent => ({ tick, status: 0xb0, data1: 64, data2 });
export const piece = (...tracks: ChannelEvent[][]): Piece => ({
  ...{ division: 480, tempos: [], timeSignatures: [], keySignatures: [] },
  tracks: tracks.map((events, index) => ({
    name: `Track ${index}`,
    events: ChannelEvents.of([...events].sort((a, b) => a.tick - b.tick)),
  })),
});
export const heard = (of: Piece) => notesOf(of).map(({ start, end, key }) => [start, end, key]);
