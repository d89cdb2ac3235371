export { type SamplingOptions, type SamplingProgress, sample } from './sample.js';
