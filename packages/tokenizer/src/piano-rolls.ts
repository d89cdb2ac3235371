import { joinLines, pieceToJson } from '@etude/music';
import * as z from 'zod';
import { chordFrameTokens } from './grammars/chord-frame/tokens.js';
import { createGrammar, type GrammarSettings } from './grammars/create-grammar.js';
import { END_OF_PIECE } from './grammars/grammar.js';
import { HeldOut } from './held-out.js';
import { keysThatFit } from './other-keys.js';
import { formatTokens } from './token-text.js';
import type { Split, TokenizationReport } from './tokenization-formats.js';

const pitch = z.int().min(0).max(127);
const rolls = z.array(z.array(z.array(pitch)));
/** Piano rolls in three parts, as the field shares them: pieces of frames of pitches. */
const splits = z.object({ train: rolls, valid: rolls, test: rolls });

/** How piano rolls are read. */
export const pianoRollParams = z.strictObject({
  stepsPerBeat: z.int().min(1).max(96).default(1).describe('frames a quarter note'),
  transposeToAllKeys: z.boolean().default(false).describe('learn from the eleven other keys as well'),
  keyToken: z
    .boolean()
    .default(false)
    .describe('begin every piece with a token that tells how far it is transposed; what is tested is not'),
});
export type PianoRollParams = z.output<typeof pianoRollParams>;

/** A file of piano rolls is not what it should be. The message begins with its path. */
export class PianoRollError extends Error {
  override name = 'PianoRollError';
}

/** Piano rolls as tokens: text in UTF-8. */
export interface TokenizedPianoRolls {
  /** as JSON, one each */
  readonly pieces: string[];
  readonly tokens: Uint8Array;
  readonly augmented: Uint8Array;
  readonly test: Uint8Array;
  readonly grammar: GrammarSettings;
  readonly split: Split;
  readonly tokenization: TokenizationReport;
}

/**
 * Piano rolls in JSON as tokens of the grammar chord-frame, in the three parts that the file says itself.
 * @param say hears what was read
 * @throws {PianoRollError} where the file is something else
 */
export function tokenizePianoRolls(
  path: string,
  json: string,
  params: PianoRollParams,
  say: (line: string) => void,
): TokenizedPianoRolls {
  const { train, valid, test } = parse(path, json);
  const settings: GrammarSettings = {
    grammar: 'chord-frame',
    division: 480,
    steps: params.stepsPerBeat,
    velocities: 1,
  };
  const grammar = createGrammar(settings);
  const { write } = chordFrameTokens();
  const framesOf = (piece: readonly number[][]) =>
    piece.flatMap((frame) => [...frame.map((key) => write({ kind: 'pitch', key })), write({ kind: 'frame' })]);
  const tokensOf = (piece: readonly number[][]) => [
    ...(params.keyToken ? [write({ kind: 'transposed', semitones: 0 })] : []),
    ...framesOf(piece),
    END_OF_PIECE,
  ];
  const text = (pieces: readonly string[][]) =>
    joinLines(pieces.map((tokens) => formatTokens(tokens, grammar).trimEnd()));
  const kept = [...train.map((piece) => tokensOf(piece)), ...valid.map((piece) => tokensOf(piece))];
  const split: Split = kept.map((tokens, index) => {
    if (index >= train.length) return { tokens: tokens.length, training: 0 };
    const keys = params.transposeToAllKeys ? keysThatFit(tokens, grammar) : [];
    return { tokens: tokens.length, training: tokens.length, ...(keys.length > 0 && { keys }) };
  });
  const heldOut = new HeldOut(grammar);
  for (const [index, tokens] of kept.entries()) heldOut.add(tokens.slice(split[index]!.training));
  const inOtherKeys = split.reduce((sum, { tokens, keys = [] }) => sum + keys.length * tokens, 0);
  const notes = [...train, ...valid].flat().reduce((sum, frame) => sum + frame.length, 0);
  const count = (pieces: readonly (readonly unknown[])[]) =>
    pieces.reduce((sum, { length }) => sum + length, 0).toLocaleString('en');
  say(`${train.length} pieces to learn from, ${valid.length} to validate on, ${test.length} to test on`);
  say(
    `${count(train)}, ${count(valid)} and ${count(test)} frames; ${inOtherKeys.toLocaleString('en')} tokens in other keys`,
  );
  return {
    pieces: [...train, ...valid].map((piece) => pieceToJson(grammar.decode(framesOf(piece)))),
    tokens: text(kept),
    augmented: text([]),
    test: text(test.map((each) => tokensOf(each))),
    grammar: settings,
    split,
    tokenization: { notes, heldOut: heldOut.counts },
  };
}

function parse(path: string, text: string): z.output<typeof splits> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new PianoRollError(`${path}: ${(error as Error).message}`);
  }
  const result = splits.safeParse(value);
  if (result.success) return sortedFrames(result.data);
  const [{ path: place, message }] = result.error.issues as [z.core.$ZodIssue];
  throw new PianoRollError(`${path}: ${place.join('.')}: ${message}`);
}

function sortedFrames(data: z.output<typeof splits>): z.output<typeof splits> {
  const sorted = (pieces: number[][][]) =>
    pieces.map((piece) => piece.map((frame) => [...new Set(frame)].sort((a, b) => a - b)));
  return { train: sorted(data.train), valid: sorted(data.valid), test: sorted(data.test) };
}
