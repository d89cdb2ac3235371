import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChannelEvents } from '@etude/midi-reader';
import { joined, type Piece } from '@etude/music';
import { describe, expect, it } from 'vitest';
import { extractionParams, extractPieces, heldOutPieces, readPieces } from './index.js';

const bytes32 = (value: number) => [value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255];
const track = (...events: number[]) => [
  ...Buffer.from('MTrk'),
  ...bytes32(events.length + 4),
  ...events,
  0,
  0xff,
  0x2f,
  0,
];
const file = (division: number, tracks: readonly number[][], format = 1) =>
  Uint8Array.from([
    ...Buffer.from('MThd'),
    ...[0, 0, 0, 6, 0, format, (tracks.length >> 8) & 255, tracks.length & 255, division >> 8, division & 255],
    ...tracks.flat(),
  ]);
const plan = (selection = {}) => ({
  selection: { tracks: 'all' as const, drums: 'keep' as const, merge: false, ...selection },
  ...{ strict: false, pedalToDurations: false, quantize: 0, transposeToC: false, framesPerBeat: 1 },
});
const NOTE = [0, 0x90, 60, 90, 96, 0x80, 60, 0];
const name = (text: string) => [0, 0xff, 3, text.length, ...Buffer.from(text)];

describe('a file beyond what music has', () => {
  it('may not last for a hundred deltas of the longest kind', () => {
    const events = Array.from({ length: 100 }, () => [0xff, 0xff, 0xff, 0x7f, 0x90, 60, 90]).flat();
    const { pieces, summary } = readPieces(file(480, [track(...events)]), plan());
    expect(pieces).toEqual([]);
    expect(summary.error).toBe(
      'the piece lasts 55,924,054 quarter notes; Etude reads at most 1,000,000: does an event stand far behind the others?',
    );
  });

  it('may not have a million bars of 1/128', () => {
    const metre = [0, 0xff, 0x58, 4, 1, 7, 24, 8];
    const { summary } = readPieces(file(1, [track(...metre, ...NOTE, 0xbf, 0xff, 0x00, 0x90, 62, 90)]), plan());
    expect(summary.error).toMatch(/^the piece lasts 1,048,\d{3} (bars|quarter notes); Etude reads at most/);
    const short = readPieces(file(1, [track(...metre, ...NOTE, 0x8f, 0xff, 0x00, 0x90, 62, 90)]), plan()).summary;
    expect(short.error).toMatch(/^the piece lasts 262,\d{3} bars; Etude reads at most 100,000/);
  });

  it('may not have more than 1,000 tracks, which are counted and not listed', () => {
    const many = (count: number) =>
      file(
        96,
        Array.from({ length: count }, () => track(...NOTE)),
      );
    expect(readPieces(many(1_000), plan()).summary.error).toBeUndefined();
    expect(readPieces(many(1_001), plan()).summary.error).toBe(
      'the file has 1,001 tracks; Etude learns from at most 1,000',
    );
    const { error } = readPieces(many(1_000), plan({ tracks: [2_000] })).summary;
    expect(error).toMatch(/and 968 more$/);
    expect(error!.length).toBeLessThan(2_000);
  });
});

describe('trackName', () => {
  const fits = (pattern: string, text: string) =>
    readPieces(file(96, [track(...name(text), ...NOTE)]), plan({ name: pattern })).summary.error === undefined;

  it.each([
    ['Violin', 'violin', true],
    ['Violin', 'Violin I', false],
    ['Violin*', 'Violin I', true],
    ['*lin*', 'Violin I', true],
    ['V*n*I', 'Violin I', true],
    ['*', '', true],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['*ab*ab', 'abab', true],
    ['*ab*ab', 'ab', false],
    ['a.c', 'abc', false],
    ['', 'abc', false],
  ])('%j and %j: %s', (pattern, text, expected) => {
    expect(fits(pattern, text)).toBe(expected);
  });

  it('is compared in time that does not grow with the stars', () => {
    const begun = performance.now();
    expect(fits(`${'*a'.repeat(40)}*b`, 'a'.repeat(127))).toBe(false);
    expect(performance.now() - begun).toBeLessThan(1_000);
  });
});

describe('more values than a function takes arguments', () => {
  it('are held out and joined', () => {
    const digests = Array.from({ length: 150_000 }, (_, i) => (i * 28_633).toString(16).padStart(8, '0'));
    expect(heldOutPieces(digests, 0.1).filter(Boolean).length).toBeGreaterThan(10_000);
    const events = ChannelEvents.of(
      Array.from({ length: 150_000 }, (_, tick) => ({ tick, status: 0xb0, data1: 1, data2: 2 })),
    );
    const tempos = Array.from({ length: 150_000 }, (_, tick) => ({ tick, microseconds: 500_000 }));
    const piece: Piece = {
      division: 480,
      tempos,
      timeSignatures: [],
      keySignatures: [],
      tracks: [{ name: '', events }],
    };
    const both = joined([piece, piece].map((each) => ({ piece: each, ticks: 150_000 })));
    expect(both.tracks[0]!.events.length).toBe(300_000);
    expect(both.tempos.at(-1)!.tick).toBe(299_999);
  });

  it('are the pieces of a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'etude-pieces-'));
    const source = [150_000, 1].map((count) => {
      const train = Array.from({ length: count }, (_, i) => [[i & 127], [(i >> 7) & 127], [(i >> 14) & 127]]);
      const content = Buffer.from(JSON.stringify({ train }));
      const location = join(folder, `${count}.json`);
      writeFileSync(location, content);
      const digest = createHash('sha256').update(content).digest('hex');
      return { path: location, name: `${count}.json`, location, digest, bytes: () => content };
    });
    const { signal } = new AbortController();
    const hooks = { memo: { load: async () => undefined, save: async () => {} }, signal, progress() {}, say() {} };
    const { pieces } = await extractPieces({ source }, extractionParams.parse({}), 1, hooks);
    expect(pieces).toHaveLength(150_000);
  });
});
