// Compares what Etude and mido find in MIDI files: node bench/check-reader.mjs FOLDER
// Tells of every file in which the tracks, the channel events or their ticks differ. Files that mido refuses are counted.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { channelMessage, MidiError, readMidi } from '@etude/midi-reader';
import { rivalPrograms } from './rivals/environment.mjs';

const folder = resolve(process.argv[2] ?? 'data');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
  /\.(mid|midi|kar|rmi)$/i.test(name),
);
const python = join(await rivalPrograms('midi'), 'python');
const script = new URL('rivals/check_reader.py', import.meta.url).pathname;
const input = JSON.stringify(files.map((name) => join(folder, name)));
const theirs = JSON.parse(execFileSync(python, [script], { input, maxBuffer: 2 ** 30, encoding: 'utf8' }));

/** For each track how many channel events and notes it has, and a digest of every event with its tick. */
function summary(bytes) {
  return readMidi(bytes).tracks.map(({ events, notes }) => {
    const hash = createHash('sha256');
    for (const { tick, status, data1, data2 } of events) {
      hash.update(`${tick} ${status} ${data1}${channelMessage(status)?.dataBytes === 2 ? ` ${data2}` : ''}\n`);
    }
    return { events: events.length, notes, digest: hash.digest('hex') };
  });
}

let [same, different, refused] = [0, 0, 0];
for (const [index, name] of files.entries()) {
  const rival = theirs[index];
  let ours;
  try {
    ours = summary(readFileSync(join(folder, name)));
  } catch (error) {
    if (!(error instanceof MidiError)) throw error;
    ours = error.message;
  }
  if (typeof rival === 'string') {
    refused += 1;
    if (process.argv.includes('--verbose'))
      console.log(
        `mido refuses ${name}: ${rival}; Etude: ${typeof ours === 'string' ? ours : `${ours.length} tracks`}`,
      );
  } else if (JSON.stringify(ours) === JSON.stringify(rival)) same += 1;
  else {
    different += 1;
    const text = (found) =>
      typeof found === 'string' ? found : found.map(({ events, notes }) => `${events}/${notes}`).join(' ');
    console.log(`${name}: events/notes by track: ${text(ours)}, and by mido ${text(rival)}`);
  }
}
console.log(`${files.length} files: ${same} read alike, ${different} not, ${refused} refused by mido`);
process.exitCode = different > 0 ? 1 : 0;
