import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChannelEvent, ChannelEvents, readMidi } from '@etude/midi-reader';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { heldOutPieces, withoutEnd } from './hold-out.js';
import { notesDigest, notesOf } from './notes.js';
import { type Piece, pieceFromJson, piecesOf, pieceToJson } from './piece.js';
import { readCorpus } from './read-corpus.js';
import { readPieces } from './read-file.js';
import { readingsFromBytes, readingsToBytes } from './readings.js';
import { type Selection, SelectionError, select } from './select.js';
import { jitterVelocity, pedalToDurations, quantize, rescale, semitonesToC, stretch, transpose } from './transform.js';

const canon = piecesOf(readMidi(readFileSync(new URL('../../../data/canon-in-d.mid', import.meta.url))))[0]!;
const note = (tick: number, length: number, key: number, channel = 0): ChannelEvent[] => [
  { tick, status: 0x90 | channel, data1: key, data2: 90 },
  { tick: tick + length, status: 0x80 | channel, data1: key, data2: 0 },
];
const pedal = (tick: number, data2: number): ChannelEvent => ({ tick, status: 0xb0, data1: 64, data2 });
const piece = (...tracks: ChannelEvent[][]): Piece => ({
  ...{ division: 480, tempos: [], timeSignatures: [], keySignatures: [] },
  tracks: tracks.map((events, index) => ({
    name: `Track ${index}`,
    events: ChannelEvents.of([...events].sort((a, b) => a.tick - b.tick)),
  })),
});
const heard = (of: Piece) => notesOf(of).map(({ start, end, key }) => [start, end, key]);
const all: Selection = { tracks: 'all', drums: 'keep', merge: false };

describe('a piece', () => {
  it('survives being written as JSON', () => {
    expect(pieceFromJson(pieceToJson(canon))).toEqual(canon);
  });

  it('counts quarter notes at 120 a minute where its file counts frames', () => {
    const file = readMidi(readFileSync(new URL('../../../data/prelude-bwv-846.mid', import.meta.url)));
    // 25 frames a second of 40 ticks
    expect(piecesOf({ ...file, division: 0xe728 })[0]!).toMatchObject({ division: 500, tempos: [] });
    expect(piecesOf({ ...file, format: 2 })).toHaveLength(file.tracks.length);
  });
});

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

describe('a grid', () => {
  it('moves events to the nearest step, and reports by how much', () => {
    const { piece: moved, report } = quantize(piece([...note(10, 90, 60), ...note(230, 250, 62)]), 2);
    // 10 → 0, 100 → 240 so that a step is left, 230 → 240, 480 stays
    expect(heard(moved)).toEqual([
      [0, 240, 60],
      [240, 480, 62],
    ]);
    expect(report).toEqual({ events: 4, moved: 3, mostBeats: 140 / 480, meanBeats: 160 / 4 / 480 });
  });

  it('moves no beginning by more than half a step, and leaves what stands on it', () => {
    const music = fc
      .array(fc.tuple(fc.nat(5000), fc.integer({ min: 1, max: 900 }), fc.integer({ min: 50, max: 70 })), {
        minLength: 1,
      })
      .map((list) => piece(list.flatMap(([tick, length, key]) => note(tick, length, key))));
    fc.assert(
      fc.property(music, fc.constantFrom(1, 3, 4, 7), (before, steps) => {
        const { piece: after } = quantize(before, steps);
        const onsets = (of: Piece) => [...of.tracks[0]!.events].filter((e) => e.status === 0x90).map((e) => e.tick);
        const sorted = onsets(before);
        for (const [i, tick] of onsets(after).entries()) {
          expect(Math.abs(tick - sorted[i]!)).toBeLessThanOrEqual(240 / steps + 1);
        }
        expect(quantize(after, steps).report.moved).toBe(0);
      }),
    );
  });
});

describe('transformations', () => {
  it('transpose all but percussion, and refuse what leaves the range', () => {
    const band = piece([...note(0, 10, 60), ...note(0, 10, 36, 9)]);
    expect(notesOf(transpose(band, 5)!).map(({ key }) => key)).toEqual([36, 65]);
    expect(transpose(band, 68)).toBeUndefined();
    const inA = { ...band, keySignatures: [{ tick: 0, sharps: 3, minor: false }] };
    expect(transpose(inA, 3)!.keySignatures[0]!.sharps).toBe(0);
    expect(transpose(inA, 1)!.keySignatures[0]!.sharps).toBe(-2);
  });

  it('find the way to C, from what a piece says of its key or from its notes', () => {
    expect(semitonesToC(canon)).toBe(-2);
    expect(semitonesToC({ ...canon, keySignatures: [{ tick: 0, sharps: -3, minor: true }] })).toBe(-3);
    for (let n = -6; n < 6; n++) expect((semitonesToC(transpose(canon, n)!) + n + 2 + 24) % 12).toBe(0);
  });

  it('stretch, rescale and vary', () => {
    expect(heard(stretch(piece(note(100, 50, 60)), 1.5))).toEqual([[150, 225, 60]]);
    expect(rescale(piece(note(100, 50, 60)), 960)).toMatchObject({ division: 960 });
    expect(heard(rescale(piece(note(100, 50, 60)), 960))).toEqual([[200, 300, 60]]);
    const varied = notesOf(jitterVelocity(canon, 9, Math.random)).map(({ velocity }) => velocity);
    expect(Math.min(...varied)).toBeGreaterThanOrEqual(87);
    expect(Math.max(...varied)).toBeLessThanOrEqual(105);
    expect(new Set(varied).size).toBeGreaterThan(5);
  });

  it('make notes as long as the pedal holds them', () => {
    const held = piece([pedal(0, 127), ...note(10, 10, 60), ...note(30, 10, 60), ...note(40, 500, 64), pedal(100, 0)]);
    expect(heard(pedalToDurations(held))).toEqual([
      [10, 30, 60],
      [30, 100, 60],
      [40, 540, 64],
    ]);
    expect([...pedalToDurations(held).tracks[0]!.events].some(({ status }) => status === 0xb0)).toBe(false);
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

  it('knows the same notes again, whatever else differs', () => {
    expect(notesDigest(rescale(canon, 960))).toBe(notesDigest(canon));
    expect(notesDigest(jitterVelocity(canon, 9, Math.random))).toBe(notesDigest(canon));
    expect(notesDigest(transpose(canon, 1)!)).not.toBe(notesDigest(canon));
  });
});

describe('a corpus', () => {
  const plan = { selection: all, strict: false, pedalToDurations: false, quantize: 0, transposeToC: false };
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
