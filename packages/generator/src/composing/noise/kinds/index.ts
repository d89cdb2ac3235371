import * as z from 'zod';
import { notes } from './notes.js';
import { rest } from './rest.js';
import { state } from './state.js';
import { swap } from './swap.js';
import { temperature } from './temperature.js';
import { theme } from './theme.js';

/** All kinds of noise, by the name that they have in YAML. */
export const KINDS = { temperature, notes, rest, theme, state, swap };

type KindSchema = (typeof KINDS)[keyof typeof KINDS]['schema'];
const schemas: KindSchema[] = Object.values(KINDS).map(({ schema }) => schema);

export const disturbance = z.discriminatedUnion('kind', schemas as [KindSchema, ...KindSchema[]]);
