// Seven stages that do next to nothing, in the shape of the pipeline of songs: what is measured with them is the engine.
import { defineStage, textFormat, workspaceFiles } from '@etude/engine';
import * as z from 'zod';

const text = (name, params, inputs, write) =>
  defineStage({
    name,
    version: 1,
    summary: `Stands for ${name}`,
    params: z.strictObject(params),
    inputs: Object.fromEntries(inputs.map((input) => [input, textFormat])),
    outputs: { text: textFormat },
    run: (context) => ({ text: write(context) }),
  });
const number = z.number();
const after = (input, value = '') => `${input.length > 60 ? input.slice(-60) : input} ${value}`;

export const stages = [
  text('extract', { source: workspaceFiles(z.string(), ['txt']) }, [], ({ files }) =>
    new TextDecoder().decode(files.source[0].bytes()),
  ),
  text('study', {}, ['pieces'], ({ inputs }) => after(inputs.pieces, 'studied')),
  text('tokenize', { grammar: z.string() }, ['pieces'], ({ inputs, params }) => after(inputs.pieces, params.grammar)),
  text('train', { units: number, dropout: number }, ['tokens'], ({ inputs, params }) =>
    after(inputs.tokens, `${params.units} ${params.dropout}`),
  ),
  text('sample', { temperature: number }, ['model', 'source'], ({ inputs, params }) =>
    after(inputs.model, params.temperature),
  ),
  text('render', {}, ['songs'], ({ inputs }) => after(inputs.songs, 'rendered')),
  text('report', {}, ['songs', 'source'], ({ inputs }) => after(inputs.songs, 'shown')),
];
