import * as z from 'zod';
import { notes } from './notes.js';
import { rest } from './rest.js';
import { state } from './state.js';
import { swap } from './swap.js';
import { temperature } from './temperature.js';
import { theme } from './theme.js';

/** All kinds of noise, by the name that they have in YAML. */
export const KINDS = { temperature, notes, rest, theme, state, swap };

export const disturbance = z.discriminatedUnion('kind', [
  KINDS.temperature.schema,
  KINDS.notes.schema,
  KINDS.rest.schema,
  KINDS.theme.schema,
  KINDS.state.schema,
  KINDS.swap.schema,
]);
