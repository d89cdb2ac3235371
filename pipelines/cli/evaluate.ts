import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { extractionParams, extractPieces, SourceError, type SourceFile } from '@etude/corpus';
import { InputError, kindAt } from '@etude/engine';
import { ModelError, modelFormat } from '@etude/model';
import { type Piece, pieceFromJson, rescale, type SplitPart } from '@etude/music';
import {
  createGrammar,
  END_OF_PIECE,
  EvaluationError,
  GrammarError,
  LanguageError,
  languageFromMetadata,
  piecesFor,
} from '@etude/tokenizer';
import { mostThreads } from '../computing/kernels.js';
import { likelihoodInWords, likelihoodOf } from '../computing/likelihood.js';
import { plainLines, printJson } from './print.js';

/** How likely the model of a file finds music: of JSON in parts the part that is asked for, else its test part, else what it holds out. */
export async function evaluateCommand(
  model: string,
  paths: readonly string[],
  { part, json = false }: { part?: SplitPart; json?: boolean },
): Promise<void> {
  try {
    const stored = modelFormat.parse(bytesAt(model));
    const language = languageFromMetadata(stored.metadata);
    const vocabulary = { unseen: 'error' as const, entries: language.tokens.map((token) => ({ token, count: 0 })) };
    const grammar = createGrammar(language.grammar);
    const pieces = ofPart(await piecesAt(paths), part);
    const { division } = language.grammar;
    // A model of one piece knows no end.
    const end = language.tokens.includes(END_OF_PIECE) ? [END_OF_PIECE] : [];
    const tokens = Array.from(piecesFor(grammar, pieces), (piece) => [
      ...grammar.encode(rescale(piece, division)),
      ...end,
    ]);
    const likelihood = await likelihoodOf(stored, { vocabulary, grammar }, tokens);
    if (json) printJson(likelihood);
    else console.log(likelihoodInWords(likelihood));
  } catch (error) {
    const wrongMusic = [EvaluationError, GrammarError, SourceError].some((kind) => error instanceof kind);
    const wrongModel = [LanguageError, ModelError].some((kind) => error instanceof kind);
    if (!wrongMusic && !wrongModel) throw error;
    throw new InputError([{ place: wrongModel ? model : paths.join(', '), message: (error as Error).message }]);
  }
}

async function piecesAt(paths: readonly string[]): Promise<Piece[]> {
  const files = paths.map((path): SourceFile => {
    const bytes = bytesAt(path);
    const digest = createHash('sha256').update(bytes).digest('hex');
    return { path, name: basename(path), location: resolve(path), digest, bytes: () => bytes };
  });
  const nothing = { load: async () => undefined, save: async () => {} };
  const { pieces } = await extractPieces({ source: files }, extractionParams.parse({}), mostThreads(), {
    memo: nothing,
    signal: new AbortController().signal,
    progress: () => {},
    say: (line) => console.error(plainLines(line)),
  });
  return pieces.map(pieceFromJson);
}

function ofPart(pieces: readonly Piece[], part: SplitPart | undefined): Piece[] {
  const of = (wanted: SplitPart | undefined) => pieces.filter(({ splitPart }) => splitPart === wanted);
  if (part !== undefined) return of(part);
  return [of('test'), of('validation'), [...pieces]].find(({ length }) => length > 0) ?? [];
}

function bytesAt(path: string): Uint8Array {
  const kind = kindAt(path);
  if (kind === 'file') return readFileSync(path);
  const message = kind === undefined ? 'there is no such file' : `expected a file, found a ${kind}`;
  throw new InputError([{ place: path, message }]);
}
