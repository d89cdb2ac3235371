// Builds the MIDI files of this folder from their ABC notation: node data/dist/build.js
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { midiFilesOf } from './midi-files.js';

const folder = new URL('..', import.meta.url);
for (const name of readdirSync(folder).filter((file) => file.endsWith('.abc'))) {
  const files = midiFilesOf(name, readFileSync(new URL(name, folder), 'utf8'));
  for (const [path, bytes] of files) {
    mkdirSync(new URL('.', new URL(path, folder)), { recursive: true });
    writeFileSync(new URL(path, folder), bytes);
  }
  console.log(`${name}: ${files.size} MIDI file${files.size === 1 ? '' : 's'}`);
}
