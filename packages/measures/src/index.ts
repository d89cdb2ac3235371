export { CopyGuard, type Onset } from './copy-guard.js';
export { CopyIndex, type Place } from './copy-index.js';
export {
  bitsOutside,
  type Entropies,
  entropiesOfHalves,
  halvesOf,
  measureEntropies,
  type Range,
} from './entropies.js';
export { gapPart, notesOnGrid } from './lines.js';
export { type SongMeasures, SongMeter, type SourceMeasures } from './measure-song.js';
export { type Loop, type Monotony, measureMonotony, selfSimilarity } from './monotony.js';
export { type CopiedRun, measureNovelty, type Novelty } from './novelty.js';
export { pitchesOf } from './soundness.js';
export { sourceFormat } from './source-format.js';
export { Balance } from './style.js';
