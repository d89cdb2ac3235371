export { type Bar, barsBefore, barsOf } from './bars.js';
export { heldOutPieces, withoutEnd } from './hold-out.js';
export { linesOf, toLines } from './lines.js';
export { mostMelodic } from './melody.js';
export { isDrum, type Note, notesDigest, notesOf } from './notes.js';
export { type Piece, type PieceTrack, pieceFromJson, piecesOf, pieceToJson } from './piece.js';
export { ChangedFileError, readCorpus } from './read-corpus.js';
export { type FileReading, type FileSummary, type ReadingPlan, readPieces } from './read-file.js';
export { readingsFromBytes, readingsToBytes } from './readings.js';
export { excerpt, joined } from './sections.js';
export { programsOf } from './select.js';
export { tempoMap } from './tempo-map.js';
export {
  ALL_KEYS,
  type GridReport,
  jitterVelocity,
  type Key,
  keyOf,
  quantize,
  rescale,
  stretch,
  transpose,
} from './transform.js';
