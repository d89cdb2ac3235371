export { formatTokens, fromEventText, parseTokens, TokenError, toEventText } from './event-text.js';
export { buildVocabulary, countEntropy, decode, encode, type Unseen, type Vocabulary } from './vocabulary.js';
