import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { StageError } from '@etude/engine';
import { type ChosenKernels, chooseKernels, type KernelName, type Precision } from '@etude/model';
import { type LoadedTensorFlow, loadTensorFlow } from '@etude/tensorflow';
import { SHIPPED } from '../shipped.js';
import { availableThreads } from './available-threads.js';

/** How all stages compute; none of it changes results but within rounding. */
interface Computing {
  /** certain kernels, whether they are the fastest or not */
  readonly kernels?: KernelName | undefined;
  /** threads at most; what the machine gives where it is less */
  readonly threads?: number | undefined;
}
let wanted: Computing = {};

export function useKernels(computing: Computing): void {
  wanted = computing;
}

/** Threads to compute with at most, by the machine and by what was asked for. */
export function mostThreads(threads?: number): number {
  return Math.min(availableThreads(), threads ?? Number.POSITIVE_INFINITY, wanted.threads ?? Number.POSITIVE_INFINITY);
}

/**
 * @param threads at most; by default as many as there are
 * @throws {StageError} where what is asked for does not work here
 */
export async function loadKernels({
  precision = 'float32',
  threads,
}: {
  precision?: Precision | 'auto';
  threads?: number | undefined;
} = {}): Promise<LoadedTensorFlow & ChosenKernels> {
  const { nativeTensorFlow } = await setUp();
  const loaded = await loadTensorFlow({ threads: mostThreads(), tfjsNode: await nativeTensorFlow() });
  const options = { wanted: wanted.kernels, threads: mostThreads(threads), precision };
  try {
    return { ...loaded, ...chooseKernels(loaded, options) };
  } catch (error) {
    throw new StageError((error as Error).message);
  }
}

/** Set-up is no part of the bundle, since it also runs where nothing is built. */
export function setUp(): Promise<typeof import('../../scripts/setup/native.mjs')> {
  return import(pathToFileURL(join(SHIPPED, 'scripts', 'setup', 'native.mjs')).href);
}
