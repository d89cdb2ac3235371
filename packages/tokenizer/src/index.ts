export { createGrammar, GRAMMARS, type GrammarSettings } from './create-grammar.js';
export {
  END_OF_PIECE,
  type GivenVoice,
  type Grammar,
  GrammarError,
  type GrammarState,
  type NoteReader,
  START,
  TokenError,
  type VoiceRule,
} from './grammar.js';
export { formatTokens, parseTokens, readPieces } from './token-text.js';
export { buildVocabulary, countEntropy, decode, encoderOf, type Unseen, type Vocabulary } from './vocabulary.js';
export { voiceOf } from './voices.js';
