export { sample, type SamplingOptions, type SamplingProgress } from './sample.js';
