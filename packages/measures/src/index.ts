export { CopyGuard, type Onset } from './copy-guard.js';
export { CopyIndex, type Place } from './copy-index.js';
export { entropy, type Loop, type Monotony, measureMonotony, selfSimilarity } from './monotony.js';
export { type CopiedRun, measureNovelty, type Novelty } from './novelty.js';
export { measureSoundness, type Soundness } from './soundness.js';
