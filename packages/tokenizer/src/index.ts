export { createGrammar, GRAMMARS, type GrammarSettings } from './create-grammar.js';
export { fitTokens, UnknownMusicError } from './fit-tokens.js';
export {
  END_OF_PIECE,
  type GivenVoice,
  type Grammar,
  GrammarError,
  type GrammarState,
  type NoteReader,
  piecesFor,
  START,
  TokenError,
  type VoiceRule,
} from './grammar.js';
export { formatTokens, songTokensFormat, tokensFormat } from './token-text.js';
export { type Tokenization, tokenizationFormat } from './tokenization-format.js';
export { buildVocabulary, countEntropy, decode, encoderOf, type Unseen, type Vocabulary } from './vocabulary.js';
export { vocabularyFormat } from './vocabulary-format.js';
