import * as z from 'zod';
import { noiseKind } from '../noise-kind.js';

/** The song goes on from the state of the one beside it. */
export const swap = noiseKind({
  schema: z.strictObject({ kind: z.literal('swap') }),
  prepare: (settings) => () => ({ label: 'swap', state: settings, isOver: () => true }),
});
