import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeMidi } from '@etude/midi-writer';
import { createRandom } from '@etude/music';
import { spread } from './pair.mjs';

const CORPUS_BYTES = 50e6;
const LONG_EVENTS = 400_000;

/** A track of random music: chords and runs on a grid of sixteenths, with dynamics and pedal. */
function track(random, channel, events) {
  const below = (n) => Math.floor(random.next() * n);
  const list = [{ tick: 0, status: 0xc0 | channel, data1: below(128), data2: 0 }];
  for (let tick = 0; list.length < events; ) {
    const voices = 1 + below(3);
    const length = 120 * (1 + below(4));
    const velocity = 48 + 8 * below(8);
    for (let voice = 0; voice < voices; voice++) {
      const key = 36 + below(48);
      list.push({ tick, status: 0x90 | channel, data1: key, data2: velocity });
      list.push({ tick: tick + length - 1 - voice, status: 0x80 | channel, data1: key, data2: 64 });
    }
    if (below(8) === 0) list.push({ tick, status: 0xb0 | channel, data1: 64, data2: 127 * below(2) });
    tick += 120 * (1 + below(4));
  }
  return { events: list.sort((a, b) => a.tick - b.tick) };
}

/** A folder of files of four tracks, 50 MB in all, and one file of 400,000 events. */
function makeMusic() {
  const random = createRandom(1);
  const folder = mkdtempSync(join(tmpdir(), 'etude-bench-midi-'));
  mkdirSync(join(folder, 'corpus'));
  const write = (path, tracks) => {
    const bytes = writeMidi({ format: 1, division: 480, tracks }, { runningStatus: true });
    writeFileSync(join(folder, path), bytes);
    return bytes.length;
  };
  let bytes = 0;
  let files = 0;
  while (bytes < CORPUS_BYTES) {
    bytes += write(
      `corpus/${files++}.mid`,
      [0, 1, 2, 3].map((channel) => track(random, channel, 3000)),
    );
  }
  const long = write('long.mid', [track(random, 0, LONG_EVENTS)]);
  return { folder, bytes, files, long };
}

/** Reading and writing MIDI: how much in a second, so that here larger is better. */
export function midi({ programs, inTurn, here }) {
  let music;
  const pair = (name, task, rival, { share = 1, rounds = 3, units = 1 } = {}) => ({
    name: `${name}/${rival}`,
    async run() {
      music ??= makeMusic();
      const python = join(await programs('midi'), 'python');
      const ours = [process.execPath, here('midi-worker.mjs'), JSON.stringify({ folder: music.folder, task })];
      const theirs = [python, here('rivals/midi.py'), JSON.stringify({ folder: music.folder, task, rival, share })];
      const [mine, other] = await inTurn([ours, theirs], { rounds, units, warmup: 2 * units });
      const [unit, amount] = task.startsWith('long') ? ['events/s', LONG_EVENTS] : ['MB/s', music.bytes / 1e6];
      const rates = (times, part) => spread(times.map((ms) => (1000 * amount * part) / ms));
      const [us, them] = [rates(mine, 1), rates(other, share)];
      return {
        name: `${name}/${rival}`,
        unit,
        ours: us,
        rival: them,
        rivalName: rival,
        ratio: us.median / them.median,
      };
    },
  });
  const write = (events) => ({
    name: `midi-write-${events}`,
    async run() {
      const command = [process.execPath, here('midi-worker.mjs'), JSON.stringify({ task: 'write', events })];
      const [times] = await inTurn([command], { rounds: 3, units: 3, warmup: 3 });
      return { name: `midi-write-${events}`, unit: 'ns/event', ours: spread(times.map((ms) => (ms * 1e6) / events)) };
    },
  });
  return [
    pair('midi-to-tokens-corpus', 'tokens', 'symusic', { rounds: 5 }),
    pair('midi-read-corpus', 'read', 'symusic', { rounds: 5 }),
    pair('midi-read-400k', 'long', 'symusic', { units: 10 }),
    // mido reads half a megabyte a second, so it reads a part.
    pair('midi-to-tokens-corpus', 'tokens', 'mido', { share: 0.02, rounds: 2 }),
    pair('midi-to-tokens-400k', 'long-tokens', 'symusic', { units: 10 }),
    pair('midi-to-tokens-400k', 'long-tokens', 'mido', { units: 2, rounds: 2 }),
    ...[4_000, 40_000, 400_000, 4_000_000].map(write),
  ];
}
