import { notesOf, pieceFromJson } from '@etude/music';
import { describe, expect, it } from 'vitest';
import { runStage, workspaceFile } from '../testing/run-stage.js';
import { extractTrack } from './extract-track.js';

const tune = (music: string, number = 1) => `X:${number}\nT:Tune ${number}\nM:4/4\nL:1/4\nK:G\n${music}\n\n`;
const extract = (texts: Record<string, string>, params = {}, said: string[] = []) =>
  runStage(extractTrack, {
    params: { source: 'x', ...params },
    files: {
      source: Object.entries(texts).map(([name, text]) => workspaceFile(new TextEncoder().encode(text), `a/${name}`)),
    },
    said,
  });
type Outputs = Awaited<ReturnType<typeof extract>>['outputs'];
const pieces = (outputs: Outputs) => outputs.pieces![0]!.text().trim().split('\n').map(pieceFromJson);
const keys = (outputs: Outputs) => pieces(outputs).map((piece) => notesOf(piece).map(({ key }) => key));

describe('ABC', () => {
  it('is a source like MIDI: one tune, one piece, with its key', async () => {
    const { outputs, said } = await extract({ 'x.abc': tune('GABc|d4|') });
    expect(said).toEqual(['track 1 "Melody" (auto: the only one with notes): 5 notes, 11 events']);
    expect(keys(outputs)).toEqual([[67, 69, 71, 72, 74]]);
    expect(pieces(outputs)[0]!.keySignatures).toEqual([{ tick: 0, sharps: 1, minor: false }]);
    const moved = await extract({ 'x.abc': tune('GABc|d4|') }, { transposeToC: true });
    expect(keys(moved.outputs)).toEqual([[60, 62, 64, 65, 67].map((key) => expect.toBeOneOf([key, key + 12]))]);
  });

  const book = tune('GABc|d4|') + tune('c !d e! f|', 2) + tune('gggg|', 3) + tune('GABc|d4|', 4) + tune('G A ?B c|', 5);

  it('makes a piece of each tune of a book, leaves out what it cannot read or has twice, and says where', async () => {
    const { outputs, said } = await extract({ 'x.abc': book });
    expect(said).toEqual([
      'a/x.abc:13:3: Unknown decoration: d e; notes would be lost; this tune is left out',
      'a/x.abc:34:5: Unknown character ignored; read around',
      'a/x.abc:22: left out: it has the same notes as x.abc:1',
      '3 pieces of 1 file: 18 notes, 40 events',
    ]);
    expect(keys(outputs)).toEqual([
      [67, 69, 71, 72, 74],
      [79, 79, 79, 79],
      [67, 69, 71, 72],
    ]);
    const { files } = JSON.parse(outputs.summary![0]!.text());
    expect(files[0].tunes).toEqual([
      { line: 1, title: 'Tune 1', notes: 5 },
      { line: 8, title: 'Tune 2', notes: 0, error: expect.stringContaining('notes would be lost') },
      { line: 15, title: 'Tune 3', notes: 4 },
      { line: 22, title: 'Tune 4', notes: 5 },
      { line: 29, title: 'Tune 5', notes: 4 },
    ]);
  });

  it('is refused with its place where it is the only tune, or is to be strict', async () => {
    await expect(extract({ 'x.abc': tune('c !d e! f|') })).rejects.toThrow(/^a\/x\.abc:6:3: .*notes would be lost$/);
    await expect(extract({ 'x.abc': tune('G A ?B c|') }, { strict: true })).rejects.toThrow(/^a\/x\.abc:6:5: Unknown/);
    await expect(extract({ 'x.abc': '' })).rejects.toThrow(/^a\/x\.abc:1:1: there are no notes/);
  });

  it('is one of several files', async () => {
    const { outputs, said } = await extract({ 'x.abc': book, 'y.abc': tune('gggg|'), 'z.abc': tune('e4|') });
    expect(said.slice(-2)).toEqual([
      'a/y.abc: left out: it has the same notes as x.abc:15',
      '4 pieces of 3 files: 23 notes, 52 events',
    ]);
    expect(keys(outputs).at(-1)).toEqual([76]);
  });

  it('is read with its repeats, or as it is written', async () => {
    const text = { 'x.abc': tune('|:G{c}A:|') };
    expect(keys((await extract(text)).outputs)[0]).toEqual([67, 72, 69, 67, 72, 69]);
    expect(keys((await extract(text, { scores: 'written' })).outputs)[0]).toEqual([67, 69]);
  });
});

describe('MusicXML', () => {
  const note = (step: string) =>
    `<note><pitch><step>${step}</step><octave>4</octave></pitch><duration>4</duration></note>`;
  const barline = '<barline><repeat direction="backward"/></barline>';
  const part = `<part><measure><attributes><divisions>1</divisions><key><fifths>1</fifths></key></attributes>${note('G')}${barline}</measure></part>`;
  const score = `<score-partwise>${part}${part.replace('G', 'B')}</score-partwise>`;

  it('is a source like MIDI: a part is a track', async () => {
    const { outputs, said } = await extract({ 'x.musicxml': score });
    expect(said).toEqual(['2 of 3 tracks (auto: all that have notes): 4 notes, 10 events']);
    expect(keys(outputs)).toEqual([[67, 71, 67, 71]]);
    expect(pieces(outputs)[0]!.keySignatures).toEqual([{ tick: 0, sharps: 1, minor: false }]);
    expect(keys((await extract({ 'x.xml': score }, { scores: 'written' })).outputs)).toEqual([[67, 71]]);
  });

  it('has Kern beside it', async () => {
    const kern = '**kern\t**kern\n4G\t4b\n4A\t4cc\n*-\t*-\n';
    const { said, outputs } = await extract({ 'x.krn': kern });
    expect(said).toEqual(['2 of 3 tracks (auto: all that have notes): 4 notes, 10 events']);
    expect(keys(outputs)).toEqual([[71, 55, 72, 57]]);
    await expect(extract({ 'x.krn': '**kern\nxyz\n' }, { strict: true })).rejects.toThrow(
      /^a\/x\.krn:1:1: there are no/,
    );
  });

  it('is refused with its place, and of several files left out', async () => {
    await expect(extract({ 'x.xml': '\n<html/>' })).rejects.toThrow(
      'a/x.xml:2:1: expected a score-partwise, found a html',
    );
    const { said } = await extract({ 'x.xml': '<html/>', 'y.mxl': 'PK', 'z.musicxml': score });
    expect(said.slice(0, 2)).toEqual([
      'a/x.xml:1:1: left out: expected a score-partwise, found a html',
      'a/y.mxl:1:1: left out: expected a zip archive, found one that is damaged',
    ]);
  });
});
