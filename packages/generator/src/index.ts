export { type Bending, UNBENT } from './distribution.js';
export { type Disturbance, isScheduled, type Noise, type NoisePreset, PRESETS, presetNoise } from './noise.js';
export { type SamplingOptions, type SamplingProgress, sample, type WrittenSong } from './sample.js';
export type { Constraint, Listener, TokenTrace, WritingOptions } from './song.js';
