import * as z from 'zod';
import { CompositionError } from '../../composition-error.js';
import { noiseKind } from '../noise-kind.js';

/** Noise on the model's state. */
export const state = noiseKind({
  schema: z.strictObject({
    kind: z.literal('state'),
    scale: z.number().positive().describe('noise on the state, in proportion to its size'),
    layers: z.array(z.int().min(0)).optional().describe('of these layers, counted from 0; all if left out'),
  }),
  prepare(settings, { layers }) {
    const missing = settings.layers?.find((layer) => layer >= layers);
    if (missing !== undefined) {
      throw new CompositionError(`sample.noise disturbs layer ${missing}; the model has ${layers}, counted from 0`);
    }
    return () => ({ label: `state ${settings.scale}`, state: settings, isOver: () => true });
  },
});
