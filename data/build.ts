// Builds the MIDI files of this folder from their ABC notation: node data/dist/build.js
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { abcToMidi } from './abc-to-midi.js';

const folder = new URL('..', import.meta.url);
for (const name of readdirSync(folder).filter((file) => file.endsWith('.abc'))) {
  const bytes = abcToMidi(readFileSync(new URL(name, folder), 'utf8'));
  writeFileSync(new URL(name.replace('.abc', '.mid'), folder), bytes);
  console.log(`${name}: ${bytes.length} bytes`);
}
