// Plain JavaScript, so that a process of its own can have the same stages.
import * as z from 'zod';

/**
 * The stages of the toy pipeline.
 * @param {typeof import('../index.js')} engine
 * @param {string[]} ran gets the names of the stages that run, in order
 */
export function toyStages({ defineStage, family, textFormat, withoutEffect, workspaceFiles }, ran) {
  return [
    defineStage({
      name: 'read',
      version: 1,
      summary: 'Reads a text',
      params: z.strictObject({
        source: workspaceFiles(z.union([z.string(), z.array(z.string())]), ['txt']),
        trim: z.boolean().default(false),
      }),
      inputs: {},
      outputs: { text: textFormat },
      run({ files, params }) {
        ran.push('read');
        const text = (files.source ?? []).map((file) => new TextDecoder().decode(file.bytes())).join('');
        return { text: params.trim ? text.trim() : text };
      },
    }),
    defineStage({
      name: 'head',
      version: 1,
      summary: 'Takes the first letters',
      params: z.strictObject({
        letters: z.int().min(0).default(1),
        threads: withoutEffect(z.int().optional()),
      }),
      inputs: { text: textFormat },
      outputs: { text: textFormat },
      run({ inputs, params, progress, say }) {
        ran.push('head');
        progress({ done: 1, total: 1, unit: 'texts' });
        say(`took ${params.letters} letters`);
        return { text: inputs.text.slice(0, params.letters) };
      },
    }),
    defineStage({
      name: 'split',
      version: 1,
      summary: 'Cuts a text into parts',
      params: z.strictObject({ parts: z.int().min(1), options: z.strictObject({ reverse: z.boolean() }) }),
      inputs: { text: textFormat },
      outputs: { parts: family(textFormat) },
      run({ inputs, params }) {
        ran.push('split');
        const text = inputs.text;
        const size = Math.ceil(text.length / params.parts);
        const parts = Array.from({ length: params.parts }, (_, i) => text.slice(i * size, (i + 1) * size));
        return { parts: params.options.reverse ? parts.reverse() : parts };
      },
    }),
    defineStage({
      name: 'join',
      version: 1,
      summary: 'Joins texts',
      params: z.strictObject({}),
      inputs: { texts: family(textFormat), head: textFormat },
      outputs: { text: textFormat },
      run({ inputs }) {
        ran.push('join');
        return { text: `${inputs.head}:${inputs.texts.join('|')}` };
      },
    }),
  ];
}
