export { CopyGuard, type Surroundings } from './copies/copy-guard.js';
export { CopyIndex, type Place, type Versions } from './copies/copy-index.js';
export { type Excess, firstExcess } from './copies/excess.js';
export type { Onset } from './copies/lines.js';
export { type CopiedRun, measureNovelty, type Novelty } from './copies/novelty.js';
export { measureSource, type SongMeasures, SongMeter, type SourceMeasures } from './measure-song.js';
export { type Loop, type Monotony, measureMonotony, selfSimilarity } from './monotony.js';
export { pitchesOf } from './soundness.js';
export { sourceFormat } from './source-format.js';
