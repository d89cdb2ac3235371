import { SongMeter } from '@etude/measures';
import { readMidi } from '@etude/midi-reader';
import { setTempo, timeSignature, writeMidi } from '@etude/midi-writer';
import { notesOf, piecesOf } from '@etude/music';
import { describe, expect, it } from 'vitest';
import {
  compareExperiments,
  comparisonMarkdown,
  comparisonRows,
  drawLearningCurve,
  drawSong,
  plainText,
  summarizeMidi,
} from './index.js';

/** One note a quarter note in 2/4 at 60 quarter notes a minute. */
const song = (keys: readonly number[]) =>
  writeMidi({
    format: 0,
    division: 100,
    tracks: [
      {
        meta: [
          setTempo({ tick: 0, microseconds: 1_000_000 }),
          timeSignature({ tick: 0, numerator: 2, denominator: 4 }),
        ],
        events: keys.flatMap((key, i) => [
          { tick: i * 100, status: 0x90, data1: key, data2: 90 },
          { tick: i * 100 + 100, status: 0x80, data1: key, data2: 0 },
        ]),
      },
    ],
  });

describe('summarizeMidi', () => {
  it('tells length, notes and range', () => {
    expect(summarizeMidi(song([60, 62, 64, 62, 60, 62, 60, 62]))).toEqual({
      ...{ seconds: 8, notes: 8, lowest: 60, highest: 64, distinctPitches: 3 },
    });
  });

  it('can measure more notes and tracks than a function takes arguments', () => {
    const many = summarizeMidi(song(Array.from({ length: 150_000 }, (_, i) => 40 + (i % 50))));
    expect([many.notes, many.lowest, many.highest]).toEqual([150_000, 40, 89]);
    const track = [...Buffer.from('MTrk'), 0, 0, 0, 4, 0, 0xff, 0x2f, 0];
    const head = [...Buffer.from('MThd'), 0, 0, 0, 6, 0, 1, 0, 1, 0, 96];
    const tracks = Uint8Array.from([...head, ...Array.from({ length: 150_000 }, () => track).flat()]);
    expect(summarizeMidi(tracks)).toMatchObject({ seconds: 0, notes: 0 });
  });

  it('can measure a song without notes', () => {
    expect(summarizeMidi(song([]))).toEqual({
      ...{ seconds: 0, notes: 0, lowest: undefined, highest: undefined, distinctPitches: 0 },
    });
  });

  it('follows the tempo map', () => {
    const tempos = [
      { tick: 0, microseconds: 1_000_000 },
      { tick: 100, microseconds: 500_000 },
    ];
    const events = [
      { tick: 0, status: 0x90, data1: 60, data2: 9 },
      { tick: 300, status: 0x80, data1: 60, data2: 0 },
    ];
    expect(
      summarizeMidi(writeMidi({ format: 0, division: 100, tracks: [{ meta: tempos.map(setTempo), events }] })).seconds,
    ).toBeCloseTo(2, 9);
    expect(summarizeMidi(writeMidi({ format: 0, division: 100, tracks: [{ events }] })).seconds).toBeCloseTo(1.5, 9);
    // 25 frames a second of 40 ticks: 1000 ticks a second (SMF 1.0, "Header Chunks")
    expect(summarizeMidi(writeMidi({ format: 0, division: 0xe728, tracks: [{ events }] })).seconds).toBeCloseTo(0.3, 9);
  });
});

describe('compareExperiments', () => {
  const points = [
    { step: 10, epoch: 1, trainingLoss: 3, validationLoss: 2.5, copiedShare: 0.1 },
    { step: 20, epoch: 1, trainingLoss: 2, validationLoss: 2.25, copiedShare: 0.6 },
    { step: 30, epoch: 2, trainingLoss: 1, validationLoss: 2.75, copiedShare: 0.7 },
  ];
  const curve = { points, kept: points[0]! };
  const experiment = (name: string, layers: number) => ({
    ...{ name, params: { 'train.layers': layers, 'train.units': 128 }, curve, trainingSeconds: 12, totalSeconds: 13 },
    natsPerNote: layers === 2 ? undefined : 6.75,
    songs: [{ path: 'song-1.mid', bytes: song([60, 64]) }],
    reports:
      layers === 2
        ? []
        : [
            {
              longestRun: { notes: 9, seconds: 3, at: 0, line: 'all', source: { piece: 0, line: 'all', note: 0 } },
              ...{ copiedShare: 0.125, repeatedBars: 0.5, longestLoop: { bars: 2, times: 3, from: 0 } },
            },
          ],
  });
  const compared = compareExperiments([experiment('two', 2), experiment('four', 4)]);

  it('shows the parameters that differ, and only those', () => {
    expect(compared.map(({ params }) => params)).toEqual([{ 'train.layers': 2 }, { 'train.layers': 4 }]);
  });

  it('shows the final losses, and those of the weights that were kept, which need not be the lowest', () => {
    expect(compared[0]).toMatchObject({
      finalTrainingLoss: 1,
      finalValidationLoss: 2.75,
      keptValidationLoss: 2.5,
      keptStep: 10,
    });
    const [untrained] = compareExperiments([{ ...experiment('none', 1), curve: undefined }]);
    expect(untrained).toMatchObject({ finalTrainingLoss: undefined, keptStep: undefined });
  });

  it('can be read as rows and as Markdown', () => {
    const rows = comparisonRows(compared);
    expect(rows).toContainEqual(['experiment', 'two', 'four']);
    expect(rows).toContainEqual(['validation loss of what was kept', '2.500 (step 10)', '2.500 (step 10)']);
    expect(rows).toContainEqual(['held out, nats per note', '–', '6.750']);
    expect(rows).toContainEqual(['song 1: pitch range', 'C4 to E4', 'C4 to E4']);
    expect(rows).toContainEqual(['song 1: longest copy', '–', '9 notes']);
    expect(rows).toContainEqual(['song 1: in copies of 8 or more', '–', '13 %']);
    expect(rows).toContainEqual(['song 1: longest loop', '–', '6 bars']);
    expect(rows).toContainEqual(['song 1: repeated bars', '–', '50 %']);
    const [head, rule, params] = comparisonMarkdown(compared).split('\n');
    expect([head, rule, params]).toEqual([
      '| experiment | two | four |',
      '|---|---:|---:|',
      '| train.layers | 2 | 4 |',
    ]);
  });
});

describe('drawLearningCurve', () => {
  const point = (step: number, trainingLoss: number, validationLoss?: number) => ({
    step,
    trainingLoss,
    validationLoss,
  });

  it('draws a line for each loss, the entropy and the point that was kept', () => {
    const svg = drawLearningCurve([point(10, 3, 3.5), point(20, 2, 3), point(30, 1, 3.25)], { best: 20, entropy: 4 });
    expect(svg.match(/<polyline/g)).toHaveLength(2);
    for (const text of ['training 1.00', 'validation 3.25', 'counts alone 4.00', 'kept: 3.00'])
      expect(svg).toContain(`>${text}<`);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('draws what share of short songs is copied, where it is known', () => {
    const curve = [point(10, 3, 3.5), point(20, 2, 3)].map((each, i) => ({ ...each, copiedShare: i / 4 }));
    const svg = drawLearningCurve(curve, { best: 20, entropy: 4 });
    expect(svg.match(/<polyline/g)).toHaveLength(3);
    expect(svg).toContain('>in copies 25 %<');
  });

  it('can do without validation, and with a single point', () => {
    const svg = drawLearningCurve([point(1, 3)], { best: 1, entropy: 0 });
    expect(svg).not.toMatch(/NaN|undefined|Infinity|kept/);
  });
});

describe('the picture of a song', () => {
  const draw = (keys: readonly number[], trace: Parameters<typeof drawSong>[0]['trace'] = []) => {
    const piece = piecesOf(readMidi(song(keys)))[0]!;
    const meter = new SongMeter([[notesOf(piece)]]);
    return drawSong({ title: 'A < B & C', piece, report: meter.measure(piece), trace });
  };

  it('has a mark where something was thrown in or given up, and the longest copy', () => {
    const surprise = { surprise: 1, relaxed: '', disturbance: '' };
    const svg = draw(
      [60, 64, 67, 72, 60, 64, 67, 72],
      [
        { ...surprise, quarter: 1 },
        { ...surprise, quarter: 4, disturbance: 'state 1' },
        { ...surprise, quarter: 7, relaxed: 'scale' },
      ],
    );
    expect(svg).toContain('>state 1</text>');
    expect(svg).toContain('>gave up scale</text>');
    expect(svg).toContain('>longest copy: 8 notes</text>');
    expect(svg).toContain('A &lt; B &amp; C');
    // Marks stand where they belong: half of the song is half of the width between the margins.
    expect(svg).toMatch(/<line x1="620\.0"[^>]*stroke="#c62828"/);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('can be drawn and measured of a song with a leap over a million bars', () => {
    const [far] = piecesOf(readMidi(song([60, 64, 67])));
    const { ticks } = far!.tracks[0]!.events;
    ticks.forEach((tick, i) => {
      ticks[i] = i < 2 ? tick : tick + 2e8;
    });
    const begun = performance.now();
    const meter = new SongMeter([[notesOf(far!)]]);
    const report = meter.measure(far!);
    drawSong({ title: 'far', piece: far!, report, trace: [] });
    expect(performance.now() - begun).toBeLessThan(20_000);
  });

  it('can be drawn of a song without notes', () => {
    expect(draw([])).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe('text out of files', () => {
  it('keeps letters of any writing, and shows what is not text', () => {
    for (const fine of ['Größe 練習 ♯', 'می‌خواهم', '👩‍🎤']) expect(plainText(fine)).toBe(fine);
    expect(plainText('a\x1b[31m\u202e\n\x9b\u2028\ud800\u{e0041}')).toBe(
      'a\\u001b[31m\\u202e\\u000a\\u009b\\u2028\\ud800\\udb40\\udc41',
    );
  });

  it('is words and nothing else in Markdown', () => {
    const name = '<img src=x onerror=alert(1)>|[a](javascript:b)`*_~\\\n# x';
    const [experiment] = compareExperiments([
      {
        name,
        params: {},
        curve: undefined,
        trainingSeconds: undefined,
        totalSeconds: 0,
        songs: [],
        natsPerNote: undefined,
        reports: [],
      },
    ]);
    expect(comparisonMarkdown([experiment!]).split('\n')[0]).toBe(
      '| experiment | &lt;img src=x onerror=alert(1)&gt;\\|\\[a\\](javascript:b)\\`\\*\\_\\~\\\\\\\\u000a# x |',
    );
  });
});
