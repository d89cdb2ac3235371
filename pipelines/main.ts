import { fail } from './cli/fail.js';
import { buildProgram } from './cli/program.js';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader of a pipe has seen enough (`etude status | head`).
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await buildProgram().parseAsync();
} catch (error) {
  fail(error);
}
