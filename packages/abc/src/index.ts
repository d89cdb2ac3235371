export { AbcError, type AbcPlace, type AbcWarning } from './abc-error.js';
export { type AbcMusic, type AbcOptions, type AbcTune, abcToMidi, tunesOf } from './abc-to-midi.js';
