export { type Constraint, type Judge, type SamplingOptions, type SamplingProgress, sample } from './sample.js';
