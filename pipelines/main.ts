import { fail } from './cli/fail.js';
import { guardOutput } from './cli/output.js';
import { buildProgram } from './cli/program.js';
import { useKernels } from './stages/kernels.js';

guardOutput();
useKernels(process.env.ETUDE_KERNELS || undefined);

try {
  await buildProgram().parseAsync();
} catch (error) {
  fail(error);
}
