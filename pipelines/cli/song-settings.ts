import { isDrum, type Note, notesOf, type Piece } from '@etude/music';

/** Music, as far as it decides how to learn from it. */
export interface MusicFound {
  readonly pieces: number;
  readonly notes: number;
  /** parts of the piece that has most: an instrument of a channel of a track each */
  readonly parts: number;
  /** instruments, in all pieces */
  readonly instruments: number;
  readonly hasDrums: boolean;
  /** share of the notes of a piece, drums left out, with which another begins */
  readonly together: number;
  /** share of the notes that begin on a 24th of a quarter note, as written music does and played music does not */
  readonly onGrid: number;
  /** standard deviation of velocities */
  readonly velocities: number;
}

/** What a song is learned by: sections of an experiment, and why. */
export interface Choice {
  readonly kind: 'melodies' | 'parts' | 'played';
  readonly why: string;
  readonly settings: Sections;
}

/** Parameters by stage. */
export type Sections = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Steps of a quarter note that written music is on. */
const GRID = 24;
/** Part of a step by which a note may be off. */
const NEAR = 0.1;
/** More parts than this are no score. */
const MOST_PARTS = 32;
/** Tokens that a step of training hears. */
const TOKENS_A_STEP = 8 * 64;
/** Times that all music is heard, and steps of training at least and at most. */
const EPOCHS = 3;
const [FEWEST_STEPS, MOST_STEPS] = [60, 3000];

/** What decides how to learn from some pieces. */
export function musicFound(pieces: readonly Piece[]): MusicFound {
  const notes = pieces.map(notesOf);
  const all = notes.flat();
  const pitched = notes.map((each) => each.filter((note) => !isDrum(note)));
  const mean = all.reduce((sum, { velocity }) => sum + velocity, 0) / Math.max(1, all.length);
  const variance = all.reduce((sum, { velocity }) => sum + (velocity - mean) ** 2, 0) / Math.max(1, all.length);
  return {
    pieces: pieces.length,
    notes: all.length,
    parts: notes.reduce((most, each) => Math.max(most, new Set(each.map(partOf)).size), 0),
    instruments: new Set(all.filter((note) => !isDrum(note)).map(({ program }) => program)).size,
    hasDrums: all.some(isDrum),
    together: share(pitched, (note, i, each) => note.start === each[i - 1]?.start || note.start === each[i + 1]?.start),
    onGrid: share(notes, ({ start }, _, __, piece) => {
      const step = (start * GRID) / pieces[piece]!.division;
      return Math.abs(step - Math.round(step)) <= NEAR;
    }),
    velocities: Math.sqrt(variance),
  };
}

function partOf({ track, channel, program }: Note): number {
  return (track * 16 + channel) * 128 + program;
}

/** The share of the notes of all pieces for which something is so. */
function share(
  pieces: readonly (readonly Note[])[],
  isSo: (note: Note, index: number, piece: readonly Note[], number: number) => boolean,
): number {
  const count = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const those = pieces.reduce(
    (sum, piece, number) => sum + piece.filter((note, index) => isSo(note, index, piece, number)).length,
    0,
  );
  return count === 0 ? 0 : those / count;
}

/**
 * How to learn from music; the same table is in docs/song.md.
 * @param wanted songs and bars
 * @example
 * chooseSettings(musicFound([canon]), { songs: 3 }).kind; // 'parts'
 */
export function chooseSettings(
  found: MusicFound,
  { songs, bars }: { readonly songs: number; readonly bars?: number | undefined },
): Choice {
  const { notes, together, onGrid, velocities, parts, instruments, hasDrums, pieces } = found;
  const length = bars === undefined ? {} : { bars };
  if (onGrid < 0.8 || parts > MOST_PARTS) {
    const found =
      onGrid < 0.8
        ? `only ${percent(onGrid)} of the notes begin on the grid of written music, so that it was played freely`
        : `${parts} parts, more than a score has`;
    return {
      kind: 'played',
      why: `${found}: a model learns it from scratch, in sixteenths`,
      settings: {
        tokenize: { grammar: { kind: 'factored', stepsPerBeat: 4 }, transposeToAllKeys: true },
        train: { ...FROM_SCRATCH, steps: stepsFor(4 * notes, 400) },
        sample: { songs, length: 1200, temperature: 0.95, ...length },
      },
    };
  }
  // Two tokens a note, and some more.
  const steps = stepsFor(2.5 * notes, FEWEST_STEPS);
  if (together <= 0.1 && !hasDrums) {
    return {
      kind: 'melodies',
      why: `${pieces === 1 ? 'a melody' : 'melodies'}: a model that knows 3,337 tunes goes on with ${pieces === 1 ? 'it' : 'them'}`,
      settings: {
        tokenize: { grammar: { kind: 'score', stepsPerBeat: GRID } },
        train: { from: 'models/tunes.safetensors', ...FINE_TUNING, steps, evaluateEvery: 10 },
        sample: { songs, temperature: 0.97, filter: { topP: 0.98 }, ...length },
        render: { arrangement: { humanize: { timing: 8, velocity: 10 } } },
      },
    };
  }
  const dynamics = instruments === 1 && !hasDrums && velocities >= 8 ? { dynamics: 8 } : {};
  return {
    kind: 'parts',
    why: `${parts === 1 ? 'chords' : `${parts} parts`}${hasDrums ? ', drums among them' : ''}: a model that knows chorales, quartets and madrigals goes on with ${pieces === 1 ? 'it' : 'them'}`,
    settings: {
      'extract-track': { track: 'all' },
      tokenize: { grammar: { kind: 'score', stepsPerBeat: GRID, ...dynamics } },
      train: { from: 'models/ensemble.safetensors', ...FINE_TUNING, steps, evaluateEvery: 20 },
      sample: {
        ...{ songs, length: 4000, noise: 'drift', rules: { harmony: 0.95 } },
        ...(bars === undefined ? (pieces === 1 ? { form: { sections: ['A', 'A', 'B', 'A'], bars: 8 } } : {}) : length),
      },
      render: { arrangement: { humanize: { timing: 5, velocity: 7 } } },
    },
  };
}

const FINE_TUNING = { batch: 8, window: 64, learningRate: 0.001, decay: 'cosine', dropout: 0.3 };
const FROM_SCRATCH = { layers: 2, units: 256, batch: 16, window: 64, dropout: 0.3, decay: 'cosine', evaluateEvery: 50 };

function stepsFor(tokens: number, fewest: number): number {
  const steps = Math.ceil((EPOCHS * tokens) / TOKENS_A_STEP / 10) * 10;
  return Math.max(fewest, Math.min(MOST_STEPS, steps));
}

function percent(part: number): string {
  return `${Math.round(100 * part)} %`;
}
