export { CopyGuard, type Onset } from './copy-guard.js';
export { CopyIndex, type Place } from './copy-index.js';
export { SongMeter, type SongReport, type SourceReport } from './measure-song.js';
export { type Loop, type Monotony, measureMonotony, selfSimilarity } from './monotony.js';
export { type CopiedRun, measureNovelty, type Novelty } from './novelty.js';
