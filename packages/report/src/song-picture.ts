import { type SongMeasures, selfSimilarity } from '@etude/measures';
import { barsBefore, isDrum, notesOf, type Piece, tempoMap } from '@etude/music';
import { scaleLinear } from 'd3-scale';
import { FAINT, line, picture, text } from './svg.js';

/** A song, and what is known of how it came about. */
export interface SongToDraw {
  readonly title: string;
  readonly piece: Piece;
  readonly report: SongMeasures;
  /** in the order of tokens */
  readonly trace: readonly {
    /** where the song stands, in quarter notes */
    readonly quarter: number;
    /** of the token, in nats; undefined where the model was not asked */
    readonly surprise: number | undefined;
    readonly relaxed: string;
    readonly disturbance: string;
  }[];
}

const WIDTH = 1200;
const MARGIN = { left: 64, right: 24 };
const ROLL = { top: 56, height: 300 };
const SURPRISE = { top: 392, height: 90 };
const DENSITY = { top: 518, height: 60 };
const MATRIX = { top: 630, size: 320 };
const HEIGHT = MATRIX.top + MATRIX.size + 40;
/** Colours of voices that people with any colour vision can tell apart (Okabe and Ito 2008). */
const VOICES = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00', '#8a6d00', '#000000'];
const NOISE = '#c62828';
const COPY = '#ffe082';
/** Bars that are told apart in the matrix; of longer songs several are one. */
const MOST_BARS = 128;
const SHADES = 6;

/**
 * A song as an SVG picture: a piano roll with what was injected and the longest copied run, below it how surprised the model was, how many notes
 * each bar begins, and how alike any two bars are.
 * @example
 * writeFileSync('canon.svg', drawSong({ title: 'Canon', piece: canon, report: meter.measure(canon), trace: [] }));
 */
export function drawSong({ title, piece, report, trace }: SongToDraw): string {
  const notes = notesOf(piece).filter((note) => !isDrum(note));
  const last = greatest(1, [...notes.map((note) => note.end), ...trace.map(({ quarter }) => quarter * piece.division)]);
  const bars = [...barsBefore(last, piece)];
  const end = bars.at(-1)!.start + bars.at(-1)!.length;
  const x = scaleLinear([0, end], [MARGIN.left, WIDTH - MARGIN.right]);
  const everyBar = Math.max(1, 10 ** Math.ceil(Math.log10(bars.length / 20)) / (bars.length > 100 ? 1 : 2));
  const barLines = bars.flatMap(({ start }, number) =>
    number % Math.ceil(everyBar) === 0
      ? [
          line([x(start), ROLL.top], [x(start), DENSITY.top + DENSITY.height], '#eceef1'),
          text(x(start), DENSITY.top + DENSITY.height + 16, `${number + 1}`, { anchor: 'middle', fill: FAINT }),
        ]
      : [],
  );
  return picture(title, WIDTH, HEIGHT, [
    text(MARGIN.left, 24, title, { size: 16, weight: 600 }),
    text(MARGIN.left, 42, 'pitch', { fill: FAINT }),
    ...barLines,
    text(WIDTH - MARGIN.right, DENSITY.top + DENSITY.height + 32, 'bar', { anchor: 'end', fill: FAINT }),
    ...roll(notes, piece, report, x),
    ...disturbances(trace, piece, x),
    ...surprises(trace, piece, x),
    ...densities(notes, bars, x),
    ...matrix(notes, piece),
    ...figures(report),
  ]);
}

/** The greatest of some values, and at least `least`; there may be more of them than a function takes arguments. */
function greatest(least: number, values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), least);
}

type Scale = (value: number) => number;
type Notes = ReturnType<typeof notesOf>;

function roll(notes: Notes, piece: Piece, { longestRun }: SongMeasures, x: Scale): string[] {
  if (notes.length === 0) return [];
  const keys = notes.map(({ key }) => key);
  const [lowest, highest] = [
    -greatest(
      -127,
      keys.map((key) => -key),
    ) - 1,
    greatest(0, keys) + 2,
  ];
  const y = scaleLinear([lowest, highest], [ROLL.top + ROLL.height, ROLL.top]);
  const height = Math.max(1.5, ROLL.height / (highest - lowest) - 0.5);
  const octaves = Array.from({ length: 11 }, (_, octave) => 12 * octave).filter((key) => key > lowest && key < highest);
  const voices = [...new Set(notes.map(({ track, channel }) => `${track} ${channel}`))].sort();
  const copied = longestRun && copiedSpan(notes, piece, longestRun);
  return [
    ...(copied
      ? [
          `<rect x="${x(copied.from).toFixed(1)}" y="${ROLL.top}" width="${Math.max(2, x(copied.until) - x(copied.from)).toFixed(1)}" height="${ROLL.height}" fill="${COPY}" opacity="0.6"/>`,
          text(Math.min(x(copied.from), WIDTH - 140), ROLL.top - 2, `longest copy: ${longestRun.notes} notes`, {
            fill: '#8a6d00',
          }),
        ]
      : []),
    ...octaves.flatMap((key) => [
      line([MARGIN.left, y(key) + height], [WIDTH - MARGIN.right, y(key) + height], '#eceef1'),
      text(MARGIN.left - 8, y(key) + height, `C${key / 12 - 1}`, { anchor: 'end', fill: FAINT }),
    ]),
    ...voices.map((voice, index) => {
      const path = notes
        .filter(({ track, channel }) => `${track} ${channel}` === voice)
        .map(({ start, end, key }) => {
          const width = Math.max(1, x(end) - x(start) - 0.4);
          return `M${x(start).toFixed(1)} ${y(key).toFixed(1)}h${width.toFixed(1)}v${height.toFixed(1)}h-${width.toFixed(1)}z`;
        });
      return `<path d="${path.join('')}" fill="${VOICES[index % VOICES.length]}"/>`;
    }),
  ];
}

/** Where the longest copy stands, in ticks. */
function copiedSpan(notes: Notes, piece: Piece, { at, seconds }: NonNullable<SongMeasures['longestRun']>) {
  const secondsAt = tempoMap(piece);
  // A sum of times may be a little more than the time that it stands for.
  const tickAt = (time: number) =>
    (notes.find(({ start }) => secondsAt(start) >= time - 1e-6) ?? { start: notes.at(-1)!.end }).start;
  return { from: tickAt(at), until: tickAt(at + seconds) };
}

function disturbances(trace: SongToDraw['trace'], piece: Piece, x: Scale): string[] {
  let free = Number.NEGATIVE_INFINITY;
  return trace.flatMap(({ quarter, disturbance, relaxed }) => {
    const words = [disturbance, relaxed && `gave up ${relaxed}`].filter(Boolean).join(', ');
    if (words === '') return [];
    const place = x(quarter * piece.division);
    const mark = line([place, ROLL.top], [place, SURPRISE.top + SURPRISE.height], NOISE, '2 3');
    // Where many come together, the first one's words stand for them.
    if (place < free) return [mark];
    free = place + 6.2 * words.length;
    return [mark, text(place + 3, ROLL.top + ROLL.height + 12, words, { fill: NOISE, size: 10 })];
  });
}

/** Mean surprise of the tokens of each quarter note. */
function surprises(trace: SongToDraw['trace'], piece: Piece, x: Scale): string[] {
  const sums = new Map<number, { sum: number; count: number }>();
  for (const { quarter, surprise } of trace) {
    if (surprise === undefined) continue;
    const { sum, count } = sums.get(Math.floor(quarter)) ?? { sum: 0, count: 0 };
    sums.set(Math.floor(quarter), { sum: sum + surprise, count: count + 1 });
  }
  const means = [...sums]
    .sort(([a], [b]) => a - b)
    .map(([quarter, { sum, count }]) => ({ quarter, mean: sum / count }));
  const y = scaleLinear(
    [
      0,
      greatest(
        1,
        means.map(({ mean }) => mean),
      ),
    ],
    [SURPRISE.top + SURPRISE.height, SURPRISE.top],
  );
  const points = means.map(
    ({ quarter, mean }) => `${x((quarter + 0.5) * piece.division).toFixed(1)},${y(mean).toFixed(1)}`,
  );
  return [
    text(MARGIN.left, SURPRISE.top - 6, 'surprise of the model, nats per token', { fill: FAINT }),
    ...axis(y, SURPRISE),
    `<polyline fill="none" stroke="#1f6feb" stroke-width="1.5" stroke-linejoin="round" points="${points.join(' ')}"/>`,
  ];
}

function densities(notes: Notes, bars: readonly { start: number; length: number }[], x: Scale): string[] {
  const counts = bars.map(
    ({ start, length }) => notes.filter((note) => note.start >= start && note.start < start + length).length,
  );
  const y = scaleLinear([0, greatest(1, counts)], [DENSITY.top + DENSITY.height, DENSITY.top]);
  const path = bars.map(({ start, length }, bar) => {
    const width = Math.max(1, x(start + length) - x(start) - 0.5);
    const height = y(0) - y(counts[bar]!);
    return `M${x(start).toFixed(1)} ${y(0).toFixed(1)}v-${height.toFixed(1)}h${width.toFixed(1)}v${height.toFixed(1)}z`;
  });
  return [
    text(MARGIN.left, DENSITY.top - 6, 'notes that begin in a bar', { fill: FAINT }),
    ...axis(y, DENSITY),
    `<path d="${path.join('')}" fill="#9bb8d3"/>`,
  ];
}

function axis(y: ReturnType<typeof scaleLinear<number>>, { top, height }: { top: number; height: number }): string[] {
  return [
    line([MARGIN.left, top + height], [WIDTH - MARGIN.right, top + height], '#c9cdd3'),
    ...y.ticks(3).map((tick) => text(MARGIN.left - 8, y(tick) + 4, `${tick}`, { anchor: 'end', fill: FAINT })),
  ];
}

/** Self-similarity (Foote 1999): stripes beside the diagonal are repeats. */
function matrix(notes: Notes, piece: Piece): string[] {
  const similarity = selfSimilarity(notes, piece);
  const step = Math.max(1, Math.ceil(similarity.length / MOST_BARS));
  const count = Math.ceil(similarity.length / step);
  const cell = MATRIX.size / Math.max(1, count);
  const paths = Array.from({ length: SHADES }, () => '');
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < count; column++) {
      let most = 0;
      for (let i = row * step; i < Math.min(similarity.length, (row + 1) * step); i++) {
        for (let j = column * step; j < Math.min(similarity.length, (column + 1) * step); j++) {
          most = Math.max(most, similarity[i]![j]!);
        }
      }
      const shade = Math.ceil(most * SHADES) - 1;
      if (shade < 0) continue;
      const [left, top] = [MARGIN.left + column * cell, MATRIX.top + row * cell];
      paths[shade] +=
        `M${left.toFixed(2)} ${top.toFixed(2)}h${cell.toFixed(2)}v${cell.toFixed(2)}h-${cell.toFixed(2)}z`;
    }
  }
  return [
    text(MARGIN.left, MATRIX.top - 8, 'how alike any two bars are (dark: the same)', { fill: FAINT }),
    `<rect x="${MARGIN.left}" y="${MATRIX.top}" width="${MATRIX.size}" height="${MATRIX.size}" fill="none" stroke="#c9cdd3"/>`,
    ...paths.map((path, shade) => `<path d="${path}" fill="#0b2545" opacity="${((shade + 1) / SHADES).toFixed(2)}"/>`),
  ];
}

function figures(report: SongMeasures): string[] {
  const left = MARGIN.left + MATRIX.size + 60;
  const loop = report.longestLoop;
  const rows: [string, string][] = [
    ['notes', `${report.notes} in ${report.seconds.toFixed(1)} s`],
    [
      'longest copy',
      report.longestRun ? `${report.longestRun.notes} notes, ${report.longestRun.seconds.toFixed(1)} s` : 'none',
    ],
    ['in copies of 8 or more', `${Math.round(100 * report.copiedShare)} %`],
    ['repeated bars', `${Math.round(100 * report.repeatedBars)} %`],
    ['longest loop', loop ? `${loop.bars} bar${loop.bars === 1 ? '' : 's'}, ${loop.times} times` : 'none'],
    ['stuck or doubled notes', `${report.stuckNotes + report.overlaps}`],
  ];
  return rows.flatMap(([name, value], row) => [
    text(left, MATRIX.top + 16 + 24 * row, name, { fill: FAINT }),
    text(left + 170, MATRIX.top + 16 + 24 * row, value),
  ]);
}
