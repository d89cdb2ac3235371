export { heldOutPieces, withoutEnd } from './hold-out.js';
export { mostMelodic } from './melody.js';
export { ChangedFileError, readCorpus } from './read-corpus.js';
export { type FileReading, type FileSummary, type ReadingPlan, readPieces } from './read-file.js';
export { MusicError, readMusic } from './read-music.js';
export { readingsFromBytes, readingsToBytes } from './readings.js';
