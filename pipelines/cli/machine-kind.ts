import { loadKernels } from '../computing/kernels.js';

/** What computes here, in letters, digits and dashes: machines that say the same write the same bytes. */
export async function machineKind(): Promise<string> {
  const { kernels } = await loadKernels();
  return `${kernels.computedBy} ${process.platform} ${process.arch}`.replace(/[^A-Za-z0-9.]+/g, '-');
}
