export { ConditionRows, conditionRows, conditionsIn, type KnownCondition } from './condition-rows.js';
export { EvaluationError, evaluatedMusic } from './evaluation.js';
export { fitMusic, UnknownMusicError } from './fit-tokens.js';
export { createGrammar, GRAMMARS, type GrammarSettings, timeOf } from './grammars/create-grammar.js';
export { grammarToMiditok, miditokTokens } from './grammars/factored/miditok.js';
export {
  decodePiece,
  decodeSong,
  END_OF_PIECE,
  type GivenVoice,
  type Grammar,
  GrammarError,
  type GrammarState,
  type NotePlace,
  type NoteReader,
  type PlannedLine,
  piecesFor,
  SongError,
  type SongPlan,
  TokenError,
  type VoiceRule,
} from './grammars/grammar.js';
export { learnedNotes } from './grammars/learned-notes.js';
export {
  LanguageError,
  languageFromMetadata,
  languageToMetadata,
  type ModelLanguage,
  relatedTokens,
} from './model-language.js';
export { learnedParts, type TokenizedMusic } from './other-keys.js';
export { formatTokens, songTokensFormat, tokensFormat } from './token-text.js';
export {
  grammarFormat,
  type Split,
  splitFormat,
  type TokenizationReport,
  tokenizationReportFormat,
} from './tokenization-formats.js';
export { type TokenizationParams, tokenizationParams, tokenizeCorpus } from './tokenize-corpus.js';
export { trainingSequences } from './training-sequences.js';
export {
  buildVocabulary,
  corpusVocabulary,
  countEntropy,
  encoderOf,
  tokensOfIds,
  type Unseen,
  type Vocabulary,
} from './vocabulary.js';
export { vocabularyFormat } from './vocabulary-format.js';
