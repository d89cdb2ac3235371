import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChannelEvent, ChannelEvents, readMidi } from '@etude/midi-reader';
import { jitterVelocity, notesDigest, notesOf, type Piece, piecesOf, rescale, transpose } from '@etude/music';
import { describe, expect, it } from 'vitest';
import { heldOutPieces, withoutEnd } from './hold-out.js';

import { readCorpus } from './read-corpus.js';
import { readPieces } from './read-file.js';
import { readingsFromBytes, readingsToBytes } from './readings.js';
import { type Selection, SelectionError, select } from './select.js';

const canon = piecesOf(readMidi(readFileSync(new URL('../../../data/canon-in-d.mid', import.meta.url))))[0]!;
const note = (tick: number, length: number, key: number, channel = 0): ChannelEvent[] => [
  { tick, status: 0x90 | channel, data1: key, data2: 90 },
  { tick: tick + length, status: 0x80 | channel, data1: key, data2: 0 },
];
const _pedal = (tick: number, data2: number): ChannelEvent => ({ tick, status: 0xb0, data1: 64, data2 });
const piece = (...tracks: ChannelEvent[][]): Piece => ({
  ...{ division: 480, tempos: [], timeSignatures: [], keySignatures: [] },
  tracks: tracks.map((events, index) => ({
    name: `Track ${index}`,
    events: ChannelEvents.of([...events].sort((a, b) => a.tick - b.tick)),
  })),
});
const _heard = (of: Piece) => notesOf(of).map(({ start, end, key }) => [start, end, key]);
const all: Selection = { tracks: 'all', drums: 'keep', merge: false };

describe('a selection', () => {
  const names = (selection: Partial<Selection>) =>
    select(canon, { ...all, ...selection }).piece.tracks.map(({ name }) => name);

  it.each<[Partial<Selection>, string[]]>([
    [{ tracks: 'auto' }, ['Violin I', 'Violin II', 'Violin III', 'Violoncello', 'Harpsichord']],
    [{ tracks: [4, 1] }, ['Violoncello', 'Violin I']],
    [{ name: 'violin*' }, ['Violin I', 'Violin II', 'Violin III']],
    [{ channels: [4] }, ['Violoncello']],
    [{ programs: [6] }, ['Harpsichord']],
    [{ families: ['strings'] }, ['Violin I', 'Violin II', 'Violin III', 'Violoncello']],
  ])('takes what it names: %o', (selection, expected) => {
    expect(names(selection)).toEqual(expected);
  });

  it('keeps percussion apart', () => {
    const band = piece([...note(0, 10, 60), ...note(0, 10, 36, 9)]);
    const keys = (drums: Selection['drums']) => notesOf(select(band, { ...all, drums }).piece).map(({ key }) => key);
    expect([keys('keep'), keys('drop'), keys('only')]).toEqual([[36, 60], [60], [36]]);
  });

  it('merges tracks in time order, and nothing is lost', () => {
    const { piece: merged } = select(canon, { ...all, merge: true });
    expect(merged.tracks).toHaveLength(1);
    const ticks = [...merged.tracks[0]!.events.ticks];
    expect(ticks).toEqual([...ticks].sort((a, b) => a - b));
    expect(notesOf(merged)).toHaveLength(notesOf(canon).length);
  });

  it('says what is there where it takes nothing', () => {
    expect(() => select(canon, { ...all, tracks: [9] })).toThrow(
      /^there is no track 9; the tracks are 0 \(0 notes\), 1 "Violin I"/,
    );
    expect(() => select(canon, { ...all, name: 'flute' })).toThrow(SelectionError);
  });
});

describe('what is held out', () => {
  it('is the end of a piece from a bar line on', () => {
    const part = withoutEnd(canon, 0.2)!;
    const end = Math.max(...notesOf(part).map((n) => n.end));
    expect(end % (4 * 480)).toBe(0);
    const share = notesOf(part).length / notesOf(canon).length;
    expect(share).toBeGreaterThan(0.7);
    expect(share).toBeLessThan(0.82);
    expect(withoutEnd(canon, 0)).toBe(canon);
  });

  it('is decided for each piece by its notes alone, so that a piece more moves no other', () => {
    const digests = Array.from({ length: 200 }, (_, i) => createHash('sha256').update(String(i)).digest('hex'));
    const held = heldOutPieces(digests, 0.2);
    expect(held.filter(Boolean).length).toBeGreaterThan(20);
    expect(held.filter(Boolean).length).toBeLessThan(60);
    expect(heldOutPieces(digests.slice(0, 100), 0.2)).toEqual(held.slice(0, 100));
    expect(heldOutPieces(digests.slice(0, 2), 1e-9)).toContain(true);
    expect(heldOutPieces(digests.slice(0, 1), 0.5)).toEqual([false]);
  });

  it('holds out variants together, and families of any size as often', () => {
    const digests = Array.from({ length: 3000 }, (_, i) => createHash('sha256').update(String(i)).digest('hex'));
    const families = digests.map((_, i) => (i < 1500 ? i - (i % 5) : i));
    const held = heldOutPieces(digests, 0.2, families);
    for (const [piece, family] of families.entries()) expect(held[piece]).toBe(held[family]);
    const shareOf = (part: readonly boolean[]) => part.filter(Boolean).length / part.length;
    expect(shareOf(held.slice(0, 1500))).toBeGreaterThan(0.13);
    expect(shareOf(held.slice(0, 1500))).toBeLessThan(0.27);
    expect(held.slice(1500)).toEqual(heldOutPieces(digests, 0.2).slice(1500));
    // Where all are variants of each other, something is held out all the same.
    expect(new Set(heldOutPieces(digests.slice(0, 100), 0.2, Array(100).fill(0)))).toEqual(new Set([true, false]));
  });

  it('knows the same notes again, whatever else differs', () => {
    expect(notesDigest(rescale(canon, 960))).toBe(notesDigest(canon));
    expect(notesDigest(jitterVelocity(canon, 9, Math.random))).toBe(notesDigest(canon));
    expect(notesDigest(transpose(canon, 1)!)).not.toBe(notesDigest(canon));
  });
});

describe('a corpus', () => {
  const plan = {
    selection: all,
    strict: false,
    pedalToDurations: false,
    quantize: 0,
    transposeToC: false,
    framesPerBeat: 1,
  };
  const bytes = readFileSync(new URL('../../../data/canon-in-d.mid', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'etude-corpus-'));
  const files = Array.from({ length: 70 }, (_, i) => {
    const content = bytes.with(bytes.length - 10, i);
    const path = join(folder, `${i}.mid`);
    writeFileSync(path, content);
    return { path, digest: createHash('sha256').update(content).digest('hex') };
  });

  it('is read on several threads as on one, in order and with progress', async () => {
    const progress: number[] = [];
    const readings = await readCorpus(files, plan, { threads: 2, onProgress: (done) => progress.push(done) });
    expect(readings).toEqual(files.map(({ path }) => readPieces(readFileSync(path), plan)));
    expect(progress.at(-1)).toBe(70);
  });

  it('refuses a file that has changed, and stops when it is told to', async () => {
    const changed = files.map((file, i) => (i === 40 ? { ...file, digest: 'other' } : file));
    await expect(readCorpus(changed, plan, { threads: 2 })).rejects.toThrow('40.mid changed while it was being read');
    await expect(readCorpus(changed.slice(38, 42), plan)).rejects.toThrow('40.mid changed while it was being read');
    await expect(readCorpus(files, plan, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });

  it('keeps readings as text', () => {
    const broken = readPieces(Uint8Array.of(1), plan);
    const readings = new Map([
      ['a', readPieces(bytes, plan)],
      ['b', broken],
    ]);
    expect(readingsFromBytes(readingsToBytes(readings))).toEqual(readings);
  });
});
