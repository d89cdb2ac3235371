export { type Constraint, type SamplingOptions, type SamplingProgress, sample } from './sample.js';
