export { createGrammar, GRAMMARS, type GrammarSettings } from './create-grammar.js';
export { EvaluationError, evaluatedMusic } from './evaluation.js';
export { fitTokens, UnknownMusicError } from './fit-tokens.js';
export {
  decodeSong,
  END_OF_PIECE,
  type GivenVoice,
  type Grammar,
  GrammarError,
  type GrammarState,
  type NoteReader,
  piecesFor,
  SongError,
  START,
  TokenError,
  type VoiceRule,
} from './grammar.js';
export { heldOutOf } from './held-out.js';
export { PianoRollError, pianoRollParams, tokenizePianoRolls } from './piano-rolls.js';
export { formatTokens, songTokensFormat, tokensFormat } from './token-text.js';
export { type Tokenization, tokenizationFormat } from './tokenization-format.js';
export { type TokenizationParams, tokenizationParams, tokenizeCorpus } from './tokenize-corpus.js';
export { trainingSequences } from './training-sequences.js';
export { buildVocabulary, countEntropy, decode, encoderOf, type Unseen, type Vocabulary } from './vocabulary.js';
export { vocabularyFormat } from './vocabulary-format.js';
