import { MidiError, type MidiFile, type MidiProblem, readMidi } from '@etude/midi-reader';
import {
  notesDigest,
  notesOf,
  type Piece,
  pedalToDurations,
  piecesOf,
  pieceToJson,
  quantize,
  type SplitPart,
  semitonesToC,
  transpose,
} from '@etude/music';
import { isJson, JsonMusicError, piecesOfJson } from './json-music.js';
import { checkDuration, checkTracks, LimitError } from './limits.js';
import { noTrack, nothingIn, type Selection, SelectionError, select } from './select.js';

/** What is taken out of a file, and what is done to it. */
export interface ReadingPlan {
  readonly selection: Selection;
  readonly strict: boolean;
  /** notes last as long as the sustain pedal holds them, and the pedal is gone */
  readonly pedalToDurations: boolean;
  /** steps a quarter note onto which every event is moved; 0 for none */
  readonly quantize: number;
  readonly transposeToC: boolean;
  /** how notation is read: with its repeats and ornaments, which is the default, or every bar once */
  readonly scores?: 'played' | 'written';
}

/** How the files of a corpus are read. */
export interface CorpusPlan extends ReadingPlan {
  /** frames a quarter note of piano rolls */
  readonly framesPerBeat: number;
}

/** Something in a text that was read around, and its place, counted from 1. */
export interface TextProblem {
  readonly line: number;
  readonly column: number;
  readonly problem: string;
  /** what was made of it */
  readonly done: string;
}

/** One file, read. */
export interface FileReading {
  /** as JSON, a line each */
  readonly pieces: readonly string[];
  /** for each piece, the SHA-256 of its notes: the same for the same music, whatever else its file says */
  readonly notesDigests: readonly string[];
  readonly summary: FileSummary;
}

export interface FileSummary {
  readonly format?: number;
  readonly division?: number;
  readonly tracks?: readonly { name: string; notes: number; events: number; taken: boolean }[];
  readonly tempos?: MidiFile['tempos'];
  readonly timeSignatures?: MidiFile['timeSignatures'];
  /** the tunes of a book, in the order of the text */
  readonly tunes?: readonly { line: number; title: string; notes: number; error?: string }[];
  readonly problems: readonly (MidiProblem | TextProblem)[];
  /** pieces in JSON by what they are for, and those of which the selection leaves no notes */
  readonly parts?: Readonly<Record<SplitPart | 'silent', number>>;
  /** notes and events of all pieces together, after the selection */
  readonly notes: number;
  readonly events: number;
  /** why there is no piece */
  readonly error?: string;
  /** where that is in a text */
  readonly place?: Pick<TextProblem, 'line' | 'column'>;
}

/**
 * Reads the pieces of a MIDI file, or of JSON, in the form in which a corpus keeps them. What goes wrong is in the summary.
 * @example
 * readPieces(readFileSync('data/canon-in-d.mid'), plan).summary.notes; // 855
 */
export function readPieces(bytes: Uint8Array, plan: CorpusPlan): FileReading {
  const { pieces, summary } = isJson(bytes) ? piecesOfJsonFile(bytes, plan) : piecesOfFile(bytes, plan);
  return { pieces: pieces.map(pieceToJson), notesDigests: pieces.map(notesDigest), summary };
}

/** The pieces of a MIDI file, none where something is wrong, which the summary says. */
export function piecesOfFile(bytes: Uint8Array, plan: ReadingPlan): { pieces: Piece[]; summary: FileSummary } {
  const summary: { -readonly [K in keyof FileSummary]: FileSummary[K] } = { problems: [], notes: 0, events: 0 };
  try {
    const file = readMidi(bytes, { strict: plan.strict });
    const { format, division, tempos, timeSignatures, problems } = file;
    const tracks = file.tracks.map(({ name, notes, events }) => ({ name, notes, events: events.length, taken: false }));
    checkTracks(tracks.length);
    Object.assign(summary, { format, division, tracks, tempos, timeSignatures, problems });
    // The pedal may stand in a track that is not selected.
    const whole = plan.pedalToDurations ? piecesOf(file).map(pedalToDurations) : piecesOf(file);
    const selected = format === 2 ? selectPieces(whole, plan.selection) : selectOne(whole, plan.selection);
    for (const track of selected.flatMap(({ taken }) => taken)) tracks[track]!.taken = true;
    return prepared(selected, plan, summary);
  } catch (error) {
    return failed(error, summary);
  }
}

/** The same of piano rolls or tunes in JSON. */
function piecesOfJsonFile(bytes: Uint8Array, plan: CorpusPlan): { pieces: Piece[]; summary: FileSummary } {
  try {
    const whole = piecesOfJson(new TextDecoder().decode(bytes), plan.framesPerBeat);
    const selected = whole.flatMap((piece) => ifNotes(() => select(piece, plan.selection)));
    if (selected.length === 0) throw new SelectionError('there are no notes in it, or none that is selected');
    const count = (part: SplitPart) => selected.filter(({ piece }) => piece.splitPart === part).length;
    const parts = { training: count('training'), validation: count('validation'), test: count('test') };
    const division = whole[0]!.division;
    return prepared(selected, plan, {
      ...NOTHING,
      division,
      parts: { ...parts, silent: whole.length - selected.length },
    });
  } catch (error) {
    return failed(error, NOTHING);
  }
}

const NOTHING: FileSummary = { problems: [], notes: 0, events: 0 };

type Selected = ReturnType<typeof select>;

/** @throws {LimitError} where a piece lasts too long */
function prepared(selected: readonly Selected[], plan: ReadingPlan, summary: FileSummary) {
  const pieces = selected.map(({ piece }) => {
    checkDuration(piece);
    return prepare(piece, plan);
  });
  let events = 0;
  for (const { tracks } of pieces) for (const track of tracks) events += track.events.length;
  const notes = pieces.reduce((sum, piece) => sum + notesOf(piece).length, 0);
  return { pieces, summary: { ...summary, notes, events } };
}

function failed(error: unknown, summary: FileSummary) {
  const isOfFile = [MidiError, JsonMusicError, SelectionError, LimitError].some((kind) => error instanceof kind);
  if (!isOfFile) throw error;
  return { pieces: [], summary: { ...summary, error: (error as Error).message } };
}

function selectOne(pieces: readonly Piece[], selection: Selection): Selected[] {
  return pieces.map((piece) => select(piece, selection));
}

/** In format 2 the numbers of tracks are those of pieces. What has no notes that are selected, as the track of a tempo map, is not a piece. */
function selectPieces(pieces: readonly Piece[], selection: Selection): Selected[] {
  const { tracks: wanted } = selection;
  const numbers = typeof wanted === 'string' ? [...pieces.keys()] : wanted;
  const file = () => ({ tracks: pieces.flatMap(({ tracks }) => tracks) });
  const selected = numbers.flatMap((number): Selected[] => {
    const whole = pieces[number];
    if (whole === undefined) throw new SelectionError(noTrack(number, file()));
    return ifNotes(() => ({ piece: select(whole, { ...selection, tracks: 'all' }).piece, taken: [number] }));
  });
  if (selected.length === 0) throw new SelectionError(nothingIn(file(), numbers));
  return selected;
}

/** What is selected; nothing where that has no notes. */
function ifNotes(selected: () => Selected): Selected[] {
  try {
    return [selected()];
  } catch (error) {
    if (error instanceof SelectionError) return [];
    throw error;
  }
}

function prepare(piece: Piece, plan: ReadingPlan): Piece {
  const result = plan.quantize > 0 ? quantize(piece, plan.quantize) : piece;
  return plan.transposeToC ? (transpose(result, semitonesToC(result)) ?? result) : result;
}
