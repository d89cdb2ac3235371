// Reads or writes MIDI and tells how long it took. See midi.mjs.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ChannelEvents, readMidi } from '@etude/midi-reader';
import { writeMidi } from '@etude/midi-writer';
import { piecesOf } from '@etude/music';
import { createGrammar } from '@etude/tokenizer';
import { serve, timed } from './worker.mjs';

const { folder, task, events } = JSON.parse(process.argv[2]);
const grammar = createGrammar({ grammar: 'session', division: 480, steps: 0, velocities: 32 });
const files = folder && readdirSync(join(folder, 'corpus')).map((name) => join(folder, 'corpus', name));
const read = (path) => readMidi(readFileSync(path));
const long = () =>
  ChannelEvents.of(
    Array.from({ length: events }, (_, i) => ({ tick: 30 * i, status: 0x90, data1: i % 128, data2: (i * 7) % 128 })),
  );
/** @type {import('@etude/midi-writer').FileToWrite} */
const toWrite = { format: 0, division: 480, tracks: [{ events: task === 'write' ? long() : ChannelEvents.of([]) }] };

const tokens = (path) => piecesOf(read(path)).map((piece) => grammar.encode(piece).length);
const longFile = folder && join(folder, 'long.mid');
const work = {
  read: () => files.map((path) => read(path).tracks.length),
  tokens: () => files.map(tokens),
  long: () => read(longFile).tracks.length,
  'long-tokens': () => tokens(longFile),
  write: () => writeMidi(toWrite).length,
}[task];
await serve((count) => timed(count, work));
