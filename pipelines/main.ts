import { fail } from './cli/fail.js';
import { guardOutput } from './cli/output.js';
import { buildProgram } from './cli/program.js';

guardOutput();
try {
  await buildProgram().parseAsync();
} catch (error) {
  fail(error);
}
