import { initialWeights, type LanguageModelShape, modelFormat, relatedWeights, type Weights } from '@etude/model';
import { createRandom } from '@etude/music';
import { disposeOf, type TensorFlow } from '@etude/tensorflow';
import {
  createGrammar,
  type GrammarSettings,
  LanguageError,
  languageFromMetadata,
  relatedTokens,
  type Vocabulary,
} from '@etude/tokenizer';

/** A model cannot be trained further with this music. The message says why. */
export class BaseModelError extends Error {
  override name = 'BaseModelError';
}

/** A model to go on training from. */
export interface BaseModel {
  /** of the model to train: that of the base, with another vocabulary */
  readonly shape: LanguageModelShape;
  /** tokens that begin with the weights of their own, with those of the nearest relative, and with new ones */
  readonly tokens: { readonly same: number; readonly related: number; readonly fresh: number };
  /** hashes of runs of the music that it has learned from, where its file has them */
  readonly learnedRuns: Uint32Array | undefined;
  /** @param seed of what is new */
  firstWeights(tf: TensorFlow, seed: number): Weights;
}

/**
 * A model that knows music already, made ready for other music: a token that it knows keeps its weights, one that it does not know begins with
 * those of the token that is most like it (Howard and Ruder 2018 for words), or with new ones.
 * @param bytes a model file as the stage `train` writes it
 * @throws {BaseModelError} where it is none, or of another grammar
 * @example
 * // of a model that knows Pitch_60 and Duration_6
 * const vocabulary = buildVocabulary(['Pitch_60', 'Pitch_62', 'Program_40'], 'error');
 * baseModel(readFileSync('model.safetensors'), { vocabulary, settings }).tokens; // { same: 1, related: 1, fresh: 1 }
 */
export function baseModel(
  bytes: Uint8Array,
  { vocabulary, settings }: { readonly vocabulary: Vocabulary; readonly settings: GrammarSettings },
): BaseModel {
  const { stored, language } = read(bytes);
  const known = language.grammar;
  // Ticks a quarter note are the pieces' own where there is a grid.
  const differs = (['grammar', 'steps', 'velocities', 'keyToken'] as const).find((key) => known[key] !== settings[key]);
  if (differs !== undefined || (settings.steps === 0 && known.division !== settings.division)) {
    const words = ({ grammar, steps, division }: GrammarSettings) =>
      `${grammar} with ${steps === 0 ? `${division} ticks` : `${steps} steps`} a quarter note`;
    throw new BaseModelError(
      `the model was trained on ${words(known)}, and this music is written in ${words(settings)}`,
    );
  }
  const related = relatedTokens(vocabulary, language.tokens, createGrammar(settings));
  const names = new Set(language.tokens);
  const same = vocabulary.entries.filter(({ token }) => names.has(token)).length;
  const fresh = related.filter((id) => id < 0).length;
  const shape = { ...stored.shape, vocabulary: related.length };
  return {
    shape,
    learnedRuns: stored.learnedRuns,
    tokens: { same, related: related.length - same - fresh, fresh },
    firstWeights(tf, seed) {
      const begin = initialWeights(tf, shape, createRandom(seed));
      const weights = relatedWeights(tf, stored, related, begin);
      disposeOf(tf, begin);
      return weights;
    },
  };
}

function read(bytes: Uint8Array) {
  try {
    const stored = modelFormat.parse(bytes);
    return { stored, language: languageFromMetadata(stored.metadata) };
  } catch (error) {
    throw new BaseModelError(
      error instanceof LanguageError
        ? error.message
        : `expected a model file, found something else: ${(error as Error).message}`,
    );
  }
}
