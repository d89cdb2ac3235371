import { familiesOf, heldOutPieces, withoutEnd } from '@etude/corpus';
import {
  createRandom,
  gridReport,
  jitterVelocity,
  leastCommonMultiple,
  notesDigest,
  notesOf,
  type Piece,
  rescale,
  stretch,
} from '@etude/music';
import * as z from 'zod';
import { createGrammar, type GrammarSettings, grammarChoice, settingsOf, timeOf } from './grammars/create-grammar.js';
import { END_OF_PIECE, type Grammar, GrammarError } from './grammars/grammar.js';
import { HeldOut } from './held-out-counts.js';
import { keysThatFit } from './other-keys.js';
import { TokenText } from './token-text.js';
import type { Split, TokenizationReport } from './tokenization-formats.js';

/** How a corpus is written as tokens. */
export const tokenizationParams = z.strictObject({
  grammar: grammarChoice
    .default('event-text')
    .describe('how music is written as tokens: a name, or a map of kind and its options; see docs/grammars/README.md'),
  validation: z
    .number()
    .min(0)
    .lt(1)
    .default(0.1)
    .describe(
      'share that is held out: of a corpus whole pieces, chosen by their notes; of one piece its end; without effect where the source says itself what is held out',
    ),
  transposeToAllKeys: z.boolean().default(false).describe('learn the training part in the eleven other keys as well'),
  tempoScales: z
    .array(z.number().min(0.25).max(4))
    .default([])
    .describe('add the training part once for each of these, its notes that much longer'),
  velocityJitter: z.int().min(0).max(64).default(0).describe('how far the velocities of what is added vary at most'),
});
export type TokenizationParams = z.output<typeof tokenizationParams> & { readonly seed: number };
/** Training needs as many. */
const LEAST_TOKENS = 3;

/** Fewer notes than this are not enough to learn from. */
const FEW_NOTES = 200;

export interface TokenizingHooks {
  readonly signal: AbortSignal;
  readonly progress: (progress: { done: number; total: number; unit: string }) => void;
  readonly say: (line: string) => void;
}

/** A corpus as tokens: text in UTF-8. */
export interface TokenizedCorpus {
  readonly tokens: Uint8Array;
  /** stretched and varied copies of what is to be learnt from */
  readonly augmented: Uint8Array;
  /** pieces that are for nothing but testing a model, ended, where the source says so */
  readonly test: Uint8Array;
  readonly grammar: GrammarSettings;
  readonly split: Split;
  readonly tokenization: TokenizationReport;
}

/**
 * Writes pieces as tokens, and decides which part of them to learn from, where they do not say so themselves.
 * @throws {GrammarError} where the grammar cannot write them
 * @throws the signal's reason where it is aborted
 * @example
 * const params = { ...tokenizationParams.parse({ grammar: 'factored' }), seed: 1 };
 * const { split } = await tokenizeCorpus([canon], params, hooks);
 * split; // [{ tokens: 3403, training: 2984 }]: the last bars are held out
 */
export async function tokenizeCorpus(
  pieces: Iterable<Piece>,
  params: TokenizationParams,
  { signal, progress, say }: TokenizingHooks,
): Promise<TokenizedCorpus> {
  const whole = [...pieces];
  const chosen = settingsOf(params.grammar, whole[0]!.division);
  const { partOf } = createGrammar(chosen);
  const taken = toOneDivision(partOf ? whole.map(partOf) : whole, chosen);
  if (partOf) sayWhichPart(say, chosen, whole, taken);
  const settings = settingsOf(params.grammar, taken[0]!.division);
  const grammar = createGrammar(settings);
  const isSplit = taken.some(({ splitPart }) => splitPart !== undefined);
  const several = isSplit || taken.length > 1;
  const { transposeToAllKeys } = params;
  const augmenting = transposeToAllKeys || params.tempoScales.length > 0 || params.velocityJitter > 0;
  const heldOut = heldOutOf(taken, isSplit, params.validation);
  const random = createRandom(params.seed);
  const ended = several || augmenting ? [END_OF_PIECE] : [];
  const tokens = new TokenText(grammar);
  const augmented = new TokenText(grammar);
  const test = new TokenText(grammar);
  const split: Split = [];
  const heldOutCounts = new HeldOut(grammar);
  let [inOtherKeys, notes] = [0, 0];
  for (const [index, piece] of taken.entries()) {
    if (index % 64 === 63) {
      progress({ done: index, total: taken.length, unit: 'pieces' });
      await new Promise(setImmediate);
      signal.throwIfAborted();
    }
    const count = notesOf(piece).length;
    if (piece.splitPart !== 'test') notes += count;
    const ofPiece = encode(grammar, piece, count, (problem) => {
      if (!several) throw new GrammarError(problem);
      say(`piece ${index + 1} left out: ${problem}`);
    });
    if (ofPiece === undefined) continue;
    if (piece.splitPart === 'test') {
      test.add([...ofPiece, END_OF_PIECE]);
      continue;
    }
    let part = several ? (heldOut[index] ? undefined : piece) : withoutEnd(piece, params.validation);
    let training = part === piece ? ofPiece.length : part === undefined ? 0 : grammar.encode(part).length;
    if (!several && training < LEAST_TOKENS && training < ofPiece.length) {
      say('the piece is too short to hold its end out: all of it is learned from, and there is no validation loss');
      [part, training] = [piece, ofPiece.length];
    }
    const all = ofPiece.length + ended.length;
    tokens.add([...ofPiece, ...ended]);
    const learned = training === ofPiece.length ? all : training;
    const copies =
      part === undefined
        ? []
        : Array.from(
            copiesOf(part, params, () => random.next()),
            (copy) => grammar.encode(copy),
          );
    for (const copy of copies) augmented.add([...copy, END_OF_PIECE]);
    const inOwnKey = [ofPiece.slice(0, training), ...copies];
    const keys = transposeToAllKeys && part ? keysThatFit(inOwnKey.flat(), grammar) : [];
    for (const { length } of inOwnKey) inOtherKeys += keys.length * (length + 1);
    split.push({
      ...{ tokens: all, training: learned },
      // Without other keys nobody has to know which piece a copy is of.
      ...(transposeToAllKeys && copies.length > 0 && { copies: copies.length }),
      ...(keys.length > 0 && { keys }),
    });
    heldOutCounts.add([...ofPiece, ...ended], learned);
  }
  const known = taken.filter(({ splitPart }) => splitPart !== 'test');
  if (known.length === 0) throw new GrammarError('there is nothing to learn from: all pieces are for testing');
  if (split.length === 0)
    throw new GrammarError(`none of the pieces can be written in the grammar ${settings.grammar}`);
  const grid = settings.steps > 0 ? gridOf(known, settings.steps) : undefined;
  sayWhatWasDone(say, { split, more: augmented.count + inOtherKeys, test: test.count, notes, several, grid });
  if (transposeToAllKeys && grammar.transposed === undefined) {
    say(`${settings.grammar} writes pieces of all keys alike: tokenize.transposeToAllKeys adds nothing`);
  }
  if (notes < FEW_NOTES) {
    say(
      `only ${notes} notes to learn from, so songs will copy them or wander: name more music in extract-track.source, or set tokenize.transposeToAllKeys`,
    );
  }
  return {
    tokens: tokens.toBytes(),
    augmented: augmented.toBytes(),
    test: test.toBytes(),
    grammar: settings,
    split,
    tokenization: { notes, ...(grid && { grid }), heldOut: heldOutCounts.counts },
  };
}

function encode(
  grammar: Grammar,
  piece: Piece,
  notes: number,
  failed: (problem: string) => void,
): string[] | undefined {
  try {
    if (notes === 0) throw new GrammarError('there are no notes in it');
    const tokens = grammar.encode(piece);
    if (tokens.length > 0) return tokens;
    throw new GrammarError('all notes in it are percussion, which the grammar does not write: choose another one');
  } catch (error) {
    if (!(error instanceof GrammarError)) throw error;
    failed(error.message);
    return undefined;
  }
}

function sayWhichPart(
  say: (line: string) => void,
  { grammar }: GrammarSettings,
  whole: readonly Piece[],
  parts: readonly Piece[],
) {
  const several = whole.filter(({ tracks }) => tracks.length > 1).length;
  if (several === 0) return;
  const { name } = parts[0]!.tracks[0]!;
  const which =
    whole.length === 1
      ? `the most melodic of ${whole[0]!.tracks.length}${name && `, "${name}"`} (${notesOf(parts[0]!).length} notes)`
      : `the most melodic of each piece that has several (${several})`;
  say(`${grammar} writes one track: ${which}; extract-track.track takes another, and other grammars take all`);
}

/** Whether each piece is held out: as their source says, where it says so of any; of a corpus by their notes, together with its variants. */
function heldOutOf(pieces: readonly Piece[], isSplit: boolean, share: number): boolean[] {
  if (isSplit) return pieces.map(({ splitPart }) => splitPart === 'validation');
  return pieces.length > 1 ? heldOutPieces(pieces.map(notesDigest), share, familiesOf(pieces)) : [false];
}

/** Grammars that count ticks need the same number a quarter note in all pieces. */
function toOneDivision(pieces: readonly Piece[], { grammar, steps }: GrammarSettings): Piece[] {
  // Beyond what a file may have it only grows, until no number holds it.
  const division = pieces.reduce(
    (common, piece) => (common > 0x7fff ? common : leastCommonMultiple(common, piece.division)),
    1,
  );
  if (division <= 0x7fff) return pieces.map((piece) => rescale(piece, division));
  if (steps > 0 || timeOf(grammar) === 'steps') return [...pieces];
  throw new GrammarError(
    `the pieces have divisions (ticks a quarter note) that have no common multiple up to 32767: choose a grammar on a grid, such as tokenize.grammar: factored`,
  );
}

/** What a piece is told in as well: other tempos, other velocities. */
function* copiesOf(piece: Piece, params: TokenizationParams, random: () => number): Generator<Piece> {
  const { tempoScales, velocityJitter } = params;
  for (const scale of [1, ...tempoScales]) {
    if (scale === 1 && velocityJitter === 0) continue;
    const copy = scale === 1 ? piece : stretch(piece, scale);
    yield velocityJitter === 0 ? copy : jitterVelocity(copy, velocityJitter, random);
  }
}

/** What the grid moves over all pieces, in ticks of the first one. */
function gridOf(pieces: readonly Piece[], steps: number): NonNullable<TokenizationReport['grid']> {
  const { division } = pieces[0]!;
  const reports = pieces.map((piece) => gridReport(piece, steps));
  const events = reports.reduce((sum, report) => sum + report.events, 0);
  const sum = reports.reduce((total, report) => total + report.meanBeats * report.events, 0);
  return {
    stepsPerBeat: steps,
    events,
    moved: reports.reduce((total, report) => total + report.moved, 0),
    division,
    mostTicks: reports.reduce((most, { mostBeats }) => Math.max(most, mostBeats), 0) * division,
    meanTicks: events === 0 ? 0 : (sum / events) * division,
  };
}

function sayWhatWasDone(
  say: (line: string) => void,
  {
    split,
    more,
    test,
    notes,
    several,
    grid,
  }: {
    split: Split;
    more: number;
    test: number;
    notes: number;
    several: boolean;
    grid: TokenizationReport['grid'];
  },
): void {
  const count = (n: number) => n.toLocaleString('en');
  const total = split.reduce((sum, part) => sum + part.tokens, 0);
  const training = split.reduce((sum, part) => sum + part.training, 0);
  const heldPieces = split.filter((part) => part.training === 0).length;
  const held = several ? ` in ${heldPieces} ${heldPieces === 1 ? 'piece' : 'pieces'}` : '';
  const added = more > 0 ? `, and ${count(more)} more to learn from` : '';
  const tested = test > 0 ? `, ${count(test)} more to test on` : '';
  const each = notes === 0 ? '' : ` (${(total / notes).toFixed(2)} per note)`;
  say(`${count(total)} tokens${each}, ${count(total - training)} held out${held}${added}${tested}`);
  if (grid === undefined) return;
  if (grid.moved === 0) say(`all ${count(grid.events)} events stand on the grid`);
  else {
    const share = ((100 * grid.moved) / grid.events).toFixed(1);
    const by = `by ${grid.mostTicks.toFixed(1)} ticks at most, ${grid.meanTicks.toFixed(2)} on average`;
    say(`the grid moves ${share} % of ${count(grid.events)} events, ${by} (of ${grid.division} a quarter note)`);
  }
}
