import { fail } from './cli/fail.js';
import { buildProgram } from './cli/program.js';
import { useKernels } from './stages/kernels.js';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader of a pipe has seen enough (`etude status | head`).
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

useKernels(process.env.ETUDE_KERNELS || undefined);

try {
  await buildProgram().parseAsync();
} catch (error) {
  fail(error);
}
