import { availableParallelism } from 'node:os';
import { type ChosenKernels, chooseKernels, KERNEL_NAMES, type KernelName, type Precision } from '@etude/model';
import { StageError } from '@etude/pipeline';
import { type LoadedTensorFlow, loadTensorFlow } from '@etude/tensorflow';

let wanted: string | undefined;

/** Has all stages compute with certain kernels, whether they are the fastest or not; undefined for the fastest. */
export function useKernels(name: string | undefined): void {
  wanted = name;
}

/** @throws {StageError} where what is asked for is unknown or does not work here */
export async function loadKernels(precision: Precision = 'float32'): Promise<LoadedTensorFlow & ChosenKernels> {
  if (wanted !== undefined && !KERNEL_NAMES.some((name) => name === wanted)) {
    throw new StageError(`ETUDE_KERNELS: expected ${KERNEL_NAMES.join(', ')}, found "${wanted}"`);
  }
  const loaded = await loadTensorFlow();
  const options = { wanted: wanted as KernelName | undefined, threads: availableParallelism(), precision };
  try {
    return { ...loaded, ...chooseKernels(loaded, options) };
  } catch (error) {
    throw new StageError((error as Error).message);
  }
}
