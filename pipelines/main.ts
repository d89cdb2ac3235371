import type { KernelName } from '@etude/model';
import { fail } from './cli/fail.js';
import { guardOutput } from './cli/output.js';
import { buildProgram } from './cli/program.js';
import { useKernels } from './computing/kernels.js';

guardOutput();
// Their values are checked before a command begins.
const { ETUDE_KERNELS, ETUDE_THREADS } = process.env;
useKernels({
  kernels: (ETUDE_KERNELS || undefined) as KernelName | undefined,
  threads: ETUDE_THREADS ? Number(ETUDE_THREADS) : undefined,
});

try {
  await buildProgram().parseAsync();
} catch (error) {
  fail(error);
}
