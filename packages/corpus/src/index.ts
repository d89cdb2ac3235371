export { DATA_SETS, type DataPackage, type DataSet } from './datasets/data-sets.js';
export { type ExtractionParams, extractionParams, extractPieces, SourceError, type SourceFile } from './extract.js';
export { heldOutPieces, withoutEnd } from './hold-out.js';
export { JsonMusicError, piecesOfJson } from './json-music.js';
export { mostMelodic } from './melody.js';
export { ChangedFileError, readCorpus } from './read-corpus.js';
export { type CorpusPlan, type ReadingPlan, readPieces } from './read-file.js';
export { MusicError, readMusic } from './read-music.js';
export { MUSIC_EXTENSIONS } from './read-source.js';
