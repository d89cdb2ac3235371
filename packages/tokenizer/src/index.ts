export { createGrammar, GRAMMARS, type GrammarSettings } from './create-grammar.js';
export type { GivenVoice, VoiceRule } from './given-voice.js';
export {
  END_OF_PIECE,
  type Grammar,
  GrammarError,
  type GrammarState,
  type NoteReader,
  START,
  TokenError,
} from './grammar.js';
export { formatTokens, parseTokens, readPieces } from './token-text.js';
export { buildVocabulary, countEntropy, decode, encoderOf, type Unseen, type Vocabulary } from './vocabulary.js';
