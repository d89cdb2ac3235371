import { setTempo, timeSignature, trackName, writeMidi } from '@etude/midi-writer';
import { piecesFormat } from '@etude/music';
import { describe, expect, it } from 'vitest';
import { runStage, workspaceFile } from '../testing/run-stage.js';
import { extractTrack } from './extract-track.js';

const note = (key: number) => [
  { tick: 0, status: 0x90, data1: key, data2: 90 },
  { tick: 480, status: 0x80, data1: key, data2: 0 },
];
const conductor = { meta: [setTempo({ tick: 0, microseconds: 400_000 })], events: [] };
const ensemble = writeMidi({
  format: 1,
  division: 480,
  tracks: [
    conductor,
    { meta: [trackName('Violin')], events: note(70) },
    { meta: [trackName('Cello')], events: note(40) },
  ],
});
const SETUP = [
  { tick: 0, status: 0xc0, data1: 40, data2: 0 },
  { tick: 0, status: 0xb0, data1: 7, data2: 100 },
];
const setUpFirst = writeMidi({
  format: 1,
  division: 480,
  tracks: [conductor, { meta: [trackName('Setup')], events: SETUP }, { meta: [trackName('Melody')], events: note(60) }],
});
const solo = writeMidi({ format: 0, division: 96, tracks: [{ ...conductor, events: note(60) }] });
const extract = (bytes: Uint8Array, params = {}) =>
  runStage(extractTrack, {
    params: { source: 'x.mid', ...params },
    files: { source: [workspaceFile(bytes, 'data/x.mid')] },
  });

describe('extract-track', () => {
  const many = (files: Record<string, Uint8Array>, params = {}, more = {}) =>
    runStage(extractTrack, {
      params: { source: 'music', ...params },
      files: { source: Object.entries(files).map(([name, bytes]) => workspaceFile(bytes, `music/${name}`)) },
      ...more,
    });
  const song = (key: number) => writeMidi({ format: 0, division: 96, tracks: [{ events: note(key) }] });

  it('leaves variants of other music out', async () => {
    const abc = (...tunes: string[]) =>
      Buffer.from(tunes.map((tune, at) => `X: ${at + 1}\nT: ${at}\nL: 1/8\nM: 2/4\n${tune}\n\n`).join(''));
    const book = abc('K: C\ncdef gfed|cegc Bdfa|gece dcBc|', 'K: C\nCCEE GGEE|DDFF AAFF|CEGE CEGE|DFAF C4|');
    const own = abc('K: D\ndefg agfe|dfad cegb|afdf edcd|');
    const params = { source: 'book.abc', without: 'own.abc' };
    const source = [workspaceFile(book, 'book.abc')];
    const files = { source, without: [workspaceFile(own, 'own.abc')] };
    const { outputs, said } = await runStage(extractTrack, { params, files });
    expect(said[0]).toBe('1 pieces left out: extract-track.without has variants of them');
    expect(outputs.pieces![0]!.text().trim().split('\n')).toHaveLength(1);
    const broken = { source, without: [workspaceFile(Buffer.from('no MIDI'), 'own.mid')] };
    await expect(runStage(extractTrack, { params, files: broken })).rejects.toThrow('own.mid');
  });

  it('takes all tracks with notes, and says so', async () => {
    const { outputs, said } = await extract(ensemble);
    expect(said).toEqual(['2 of 3 tracks (auto: all that have notes): 2 notes, 4 events']);
    expect(JSON.parse(outputs.pieces![0]!.text())).toEqual({
      ...{ division: 480, tempos: [{ tick: 0, microseconds: 400_000 }], timeSignatures: [], keySignatures: [] },
      tracks: [
        { name: 'Violin', events: [0, 0x90, 70, 90, 480, 0x80, 70, 0] },
        { name: 'Cello', events: [0, 0x90, 40, 90, 480, 0x80, 40, 0] },
      ],
    });
    expect((await extract(ensemble, { trackName: 'v*' })).said).toEqual([
      'track 1 "Violin" (auto: those with notes that are selected): 1 notes, 2 events',
    ]);
  });

  it('takes the only track with notes, wherever it stands, and what other tracks set in its channel', async () => {
    expect((await extract(solo)).said).toEqual(['track 0 (auto: the only one with notes): 1 notes, 2 events']);
    const { outputs, said } = await extract(setUpFirst);
    expect(said).toEqual(['track 2 "Melody" (auto: the only one with notes): 1 notes, 4 events']);
    expect(JSON.parse(outputs.pieces![0]!.text()).tracks).toEqual([
      { name: 'Melody', events: [0, 0xb0, 7, 100, 0, 0xc0, 40, 0, 0, 0x90, 60, 90, 480, 0x80, 60, 0] },
    ]);
  });

  it('fails where there are no notes, and lists the tracks', async () => {
    const tracks = '0 (0 notes), 1 "Setup" (0 notes), 2 "Melody" (1 note: violin)';
    await expect(extract(setUpFirst, { track: 1 })).rejects.toThrow(
      `data/x.mid: track 1 holds no notes; the tracks are ${tracks}`,
    );
    await expect(extract(setUpFirst, { instruments: ['flute'] })).rejects.toThrow(
      `data/x.mid: what is selected holds no notes; the tracks are ${tracks}`,
    );
    const early = writeMidi({ format: 0, division: 96, tracks: [{ events: SETUP }] });
    await expect(extract(early)).rejects.toThrow('data/x.mid: there are no notes in it; the tracks are 0 (0 notes)');
    await expect(extract(early.with(9, 2))).rejects.toThrow('there are no notes in it; the tracks are 0 (0 notes)');
    const { said } = await many({ 'a.mid': early, 'b.mid': song(60) });
    expect(said[0]).toBe('music/a.mid: left out: there are no notes in it; the tracks are 0 (0 notes)');
  });

  it('says that notes stand behind the end of a track before it fails', async () => {
    const bytes = writeMidi({ format: 0, division: 96, tracks: [{ events: note(60) }] });
    const cut = Uint8Array.from([...bytes.subarray(0, 22), 0, 0xff, 0x2f, 0, ...bytes.subarray(22)]);
    new DataView(cut.buffer).setUint32(18, bytes.length - 22 + 4);
    const said: string[] = [];
    const files = { source: [workspaceFile(cut, 'data/x.mid')] };
    const run = runStage(extractTrack, { params: { source: 'x.mid' }, files, said });
    await expect(run).rejects.toThrow('there are no notes in it');
    expect(said).toEqual([expect.stringMatching(/byte 26: \d+ bytes behind the end of the track; left out$/)]);
  });

  it('gives each piece of format 2 the tempo, metre and key of its track', async () => {
    const track = (microseconds: number, numerator: number, key: number) => ({
      meta: [setTempo({ tick: 0, microseconds }), timeSignature({ tick: 0, numerator, denominator: 4 })],
      events: note(key),
    });
    const tracks = [track(250_000, 3, 60), track(500_000, 4, 62), { events: note(64) }];
    const { outputs } = await extract(writeMidi({ format: 2, division: 480, tracks }));
    const pieces = outputs.pieces![0]!.text().trim().split('\n');
    expect(pieces.map((line) => JSON.parse(line)).map((piece) => [piece.tempos, piece.timeSignatures])).toEqual([
      [[{ tick: 0, microseconds: 250_000 }], [{ tick: 0, numerator: 3, denominator: 4 }]],
      [[{ tick: 0, microseconds: 500_000 }], [{ tick: 0, numerator: 4, denominator: 4 }]],
      [[], []],
    ]);
  });

  it('reads a file that is wrapped in RIFF', async () => {
    const size = new Uint8Array(new Uint32Array([solo.length]).buffer);
    const riff = Buffer.concat([Buffer.from('RIFF'), size, Buffer.from('RMIDdata'), size, solo]);
    expect((await extract(Uint8Array.from(riff))).said).toHaveLength(1);
  });

  it('takes the track that is asked for, and lists the others by name and count of notes', async () => {
    const { outputs, said } = await extract(ensemble, { track: 2 });
    expect(said).toEqual(['track 2 "Cello": 1 notes, 2 events']);
    expect(JSON.parse(outputs.summary![0]!.text()).tracks).toEqual([
      { index: 0, name: '', notes: 0, events: 0, taken: false },
      { index: 1, name: 'Violin', notes: 1, events: 2, taken: false },
      { index: 2, name: 'Cello', notes: 1, events: 2, taken: true },
    ]);
  });

  it('takes the tracks of format 2 as pieces of their own', async () => {
    const { outputs } = await extract(ensemble.with(9, 2));
    expect(JSON.parse(outputs.summary![0]!.text()).format).toBe(2);
    expect(outputs.pieces![0]!.text().trim().split('\n')).toHaveLength(2);
    const { outputs: one } = await extract(ensemble.with(9, 2), { track: 2 });
    expect(JSON.parse(one.pieces![0]!.text()).tracks[0].name).toBe('Cello');
  });

  it('lists what breaks the specification, and fails at it where it is told to be strict', async () => {
    const cut = solo.slice(0, -6);
    const { said } = await extract(cut);
    expect(said[0]).toMatch(/^data\/x\.mid: byte \d+: the file ends 6 bytes before its track does; cut to \d+ bytes$/);
    await expect(extract(cut, { strict: true })).rejects.toThrow(/^data\/x\.mid: byte \d+: the file ends 6 bytes/);
  });

  it('reads many files, leaves out broken ones and those of the same notes, and says so', async () => {
    const again = writeMidi({
      format: 0,
      division: 192,
      tracks: [{ meta: [trackName('Again')], events: note(61).map((e) => ({ ...e, tick: 2 * e.tick })) }],
    });
    const files = { 'a.mid': song(60), 'b.mid': song(61), 'c.mid': Uint8Array.of(1, 2), 'd.mid': again };
    const { outputs, said } = await many(files);
    expect(said).toEqual([
      'music/c.mid: left out: byte 0: expected a MIDI header ("MThd"), found the bytes 01 02',
      'music/d.mid: left out: it has the same notes as b.mid',
      '2 pieces of 4 files: 3 notes, 6 events',
    ]);
    expect(outputs.pieces![0]!.text().trim().split('\n')).toHaveLength(2);
    const summary = JSON.parse(outputs.summary![0]!.text());
    expect(summary.files.map(({ name, pieces }: { name: string; pieces: number }) => [name, pieces])).toEqual([
      ['a.mid', 1],
      ['b.mid', 1],
      ['c.mid', 0],
      ['d.mid', 0],
    ]);
    await expect(many(files, { strict: true })).rejects.toThrow('music/c.mid: byte 0');
  });

  it('reads only what it has not read before', async () => {
    const store: { kept?: Uint8Array } = {};
    const memo = {
      load: async () => store.kept,
      save: async (bytes: Uint8Array) => Object.assign(store, { kept: bytes }),
    };
    const files = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`${i}.mid`, song(60 + i)]));
    const first = await many(files, {}, { memo });
    expect(first.said).toEqual(['read 9 of 9 files', '9 pieces of 9 files: 9 notes, 18 events']);
    expect((await many(files, {}, { memo })).said).toEqual(['9 pieces of 9 files: 9 notes, 18 events']);
    const { said, outputs } = await many({ ...files, '9.mid': song(80) }, {}, { memo });
    expect(said[0]).toBe('read 1 of 10 files');
    const text = outputs.pieces![0]!.text();
    expect(text.startsWith(first.outputs.pieces![0]!.text())).toBe(true);
  });

  it.each([
    '',
    'noise',
    '{}',
    '5',
    '{"digest":"a","pieces":1}',
  ])('reads again where what it noted down is %j', async (text) => {
    const files = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`${i}.mid`, song(60 + i)]));
    const memo = { load: async () => new TextEncoder().encode(text), save: async () => {} };
    expect((await many(files, {}, { memo })).said[0]).toBe('read 9 of 9 files');
  });

  it('reads piano rolls, alone or among other files, and says what each is for', async () => {
    const rolls = {
      train: [
        [[60, 64], [62]],
        [[], []],
      ],
      valid: [[[60]]],
      test: [[[64], []]],
    };
    const json = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
    const { outputs, said } = await many({ 'a.json': json(rolls) }, { framesPerBeat: 2 });
    expect(said).toEqual([
      'pieces: 1 to learn from, 1 to validate on, 1 to test on, 1 without notes left out; 5 notes',
    ]);
    const pieces = [...piecesFormat.parseEach(outputs.pieces![0]!.bytes)];
    expect(pieces.map(({ splitPart, end }) => [splitPart, end])).toEqual([
      ['training', undefined],
      ['validation', undefined],
      ['test', 480],
    ]);
    expect(JSON.parse(outputs.summary![0]!.text()).parts).toEqual({ training: 1, validation: 1, test: 1, silent: 1 });

    const mixed = { 'a.json': json(rolls), 'b.mid': song(72), 'c.json': json({ ...rolls, valid: [[[128]]] }) };
    const several = await many(mixed);
    expect(several.said).toEqual([
      'music/a.json: pieces: 1 to learn from, 1 to validate on, 1 to test on, 1 without notes left out',
      'music/c.json: left out: valid.0.0.0: Too big: expected number to be <=127',
      '4 pieces of 3 files: 6 notes, 12 events',
    ]);
    await expect(many({ 'a.json': json('{') })).rejects.toThrow(/^music\/a\.json: .*JSON/);
    await expect(many({ 'a.json': json({ training: [] }) })).rejects.toThrow('music/a.json: Unrecognized key');
    await expect(many({ 'a.json': json({ train: [[[]]], valid: [], test: [] }) })).rejects.toThrow(
      'music/a.json: there are no notes in it, or none that is selected',
    );
  });

  it('says what is wrong, with the tracks to choose from', async () => {
    const tracks = '0 (0 notes), 1 "Violin" (1 note: acoustic grand piano), 2 "Cello" (1 note: acoustic grand piano)';
    await expect(extract(ensemble, { track: 7 })).rejects.toThrow(
      `data/x.mid: there is no track 7; the tracks are ${tracks}`,
    );
    await expect(extract(ensemble, { track: 0 })).rejects.toThrow(
      `data/x.mid: track 0 holds no notes; the tracks are ${tracks}`,
    );
    await expect(extract(Uint8Array.of(1, 2, 3, 4))).rejects.toThrow(
      'data/x.mid: byte 0: expected a MIDI header ("MThd"), found the bytes 01 02 03 04',
    );
  });
});
