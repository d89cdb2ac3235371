export { createGrammar, GRAMMARS, type GrammarSettings } from './create-grammar.js';
export { END_OF_PIECE, type Grammar, GrammarError, type GrammarState, START, TokenError } from './grammar.js';
export { formatTokens, parseTokens, splitPieces } from './token-text.js';
export { buildVocabulary, countEntropy, decode, encode, type Unseen, type Vocabulary } from './vocabulary.js';
