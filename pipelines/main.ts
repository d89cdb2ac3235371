import { fail } from './cli/fail.js';
import { guardOutput } from './cli/output.js';
import { buildProgram } from './cli/program.js';
import { useKernels } from './stages/kernels.js';

guardOutput();
const { ETUDE_KERNELS: kernels, ETUDE_THREADS: threads } = process.env;
useKernels({ kernels: kernels || undefined, threads: threads ? Number(threads) : undefined });

try {
  await buildProgram().parseAsync();
} catch (error) {
  fail(error);
}
