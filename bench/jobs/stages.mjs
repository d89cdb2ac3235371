// Stages that do next to nothing, or use up as many milliseconds of a processor as ETUDE_BENCH_MS says.
import { defineStage, textFormat, workspaceFiles } from '@etude/engine';
import * as z from 'zod';

const milliseconds = Number(process.env.ETUDE_BENCH_MS ?? 0);

function work() {
  const { user, system } = process.cpuUsage();
  const until = user + system + 1000 * milliseconds;
  for (;;) {
    const now = process.cpuUsage();
    if (now.user + now.system >= until) return;
  }
}

export const stages = [
  defineStage({
    name: 'read',
    version: 1,
    summary: 'Copies a file',
    params: z.strictObject({ source: workspaceFiles(z.string(), ['txt']) }),
    inputs: {},
    outputs: { text: textFormat },
    run({ files }) {
      work();
      return { text: Buffer.from(files.source[0].bytes()).toString() };
    },
  }),
  defineStage({
    name: 'copy',
    version: 1,
    summary: 'Copies a text and adds a line',
    params: z.strictObject({ add: z.int() }),
    inputs: { text: textFormat },
    outputs: { text: textFormat },
    run({ inputs, params }) {
      work();
      return { text: `${inputs.text}${params.add}\n` };
    },
  }),
];
