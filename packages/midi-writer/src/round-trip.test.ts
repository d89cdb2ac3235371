import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readMidi } from '@etude/midi-reader';
import { describe, expect, it } from 'vitest';
import { writeMidi } from './write-midi.js';

const data = new URL('../../../data/', import.meta.url).pathname;
/** A folder of MIDI files, good and bad ones, that this project does not hold. */
const samples = process.env.ETUDE_MIDI_SAMPLES;

const files = [data, ...(samples ? [samples] : [])].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(mid|midi|rmi|kar)$/i.test(name) && !name.includes('node_modules'))
    .map((name) => join(folder, name)),
);

describe('writing what was read', () => {
  it.each(files)('keeps every channel and meta event of %s', (path) => {
    let file: ReturnType<typeof readMidi>;
    try {
      file = readMidi(Uint8Array.from(readFileSync(path)));
    } catch {
      return;
    }
    // Format 0 is written with one track only.
    const format = file.format === 0 && file.tracks.length !== 1 ? 1 : file.format;
    for (const runningStatus of [false, true]) {
      const again = readMidi(writeMidi({ ...file, format }, { runningStatus }), { strict: file.problems.length === 0 });
      expect(again.tracks).toEqual(file.tracks);
      expect(again.division).toBe(file.division);
    }
  });
});
