import type { LoadedTensorFlow } from '@etude/tensorflow';
import { fusedKernels, fusedProblem } from './fused.js';
import type { KernelName, Kernels, Precision } from './kernels.js';
import { rawOpKernels } from './raw-ops.js';
import { referenceKernels } from './reference.js';

export interface ChosenKernels {
  readonly kernels: Kernels;
  /** why the faster ones are not in use, by name */
  readonly problems: Readonly<Partial<Record<KernelName, string>>>;
}

/**
 * The fastest kernels that work here, or those that are asked for.
 * @param options.threads how many threads compute, for the fused ones
 * @param options.precision of products; only the fused ones have another than float32, which `auto` takes where the processor has such products
 * @throws {Error} where what is asked for does not work here
 */
export function chooseKernels(
  { tf, backend, versions, native, compiled, nativeProblem }: LoadedTensorFlow,
  options: { wanted?: KernelName | undefined; threads: number; precision?: Precision | 'auto' },
): ChosenKernels {
  const { wanted, threads, precision = 'float32' } = options;
  const reference = referenceKernels(tf);
  const problems: Partial<Record<KernelName, string>> = {};
  if (native === undefined) {
    problems['raw-ops'] = problems.fused = `there is no native TensorFlow (${nativeProblem})`;
  } else {
    const problem = fusedProblem(compiled!);
    if (problem !== undefined) problems.fused = problem;
  }
  const name = wanted ?? (problems['raw-ops'] ? 'reference' : problems.fused ? 'raw-ops' : 'fused');
  if (problems[name]) throw new Error(`kernels ${name} do not work here: ${problems[name]}`);
  if (precision === 'bfloat16' && name !== 'fused') {
    throw new Error(
      `${precision} needs the fused kernels, found ${name}${problems.fused ? `: ${problems.fused}` : ''}`,
    );
  }
  const library = backend === 'wasm' ? 'WebAssembly' : `TensorFlow ${versions.libtensorflow}`;
  const chosen = (kernels: Kernels) => ({
    kernels: { ...kernels, computedBy: `${kernels.computedBy} on ${library}` },
    problems,
  });
  if (name === 'reference') return chosen(reference);
  const rawOps = rawOpKernels(tf, native!, reference);
  return chosen(name === 'raw-ops' ? rawOps : fusedKernels(tf, native!, rawOps, { threads, precision }));
}
