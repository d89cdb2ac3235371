export { AbcError, type AbcPlace, type AbcWarning } from './abc-error.js';
export { type AbcMusic, type AbcOptions, abcToMidi } from './abc-to-midi.js';
