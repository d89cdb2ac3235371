import { setUp } from '../computing/kernels.js';

/** Makes what computes; what it tries and why that fails is told on standard error. */
export async function setupCommand(): Promise<void> {
  if (!(await (await setUp()).setUp({ again: true }))) process.exitCode = 1;
}
