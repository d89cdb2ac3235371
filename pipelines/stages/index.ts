import type { Stage } from '@etude/engine';
import { buildVocab } from './build-vocab.js';
import { evaluate } from './evaluate.js';
import { extractTrack } from './extract-track.js';
import { measure } from './measure.js';
import { render } from './render.js';
import { report } from './report.js';
import { sample } from './sample.js';
import { study } from './study.js';
import { tokenize } from './tokenize.js';
import { train } from './train.js';

/** Every stage that a pipeline can name. */
export const stages: readonly Stage[] = [
  extractTrack,
  tokenize,
  study,
  buildVocab,
  train,
  sample,
  render,
  measure,
  report,
  evaluate,
];
