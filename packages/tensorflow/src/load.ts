import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { NativeOperations } from './native-operations.js';
import type { TensorFlow } from './types.js';

export interface LoadedTensorFlow {
  readonly tf: TensorFlow;
  /** `tensorflow`: native; `wasm`: WebAssembly, which works everywhere and is up to 30 times slower */
  readonly backend: 'tensorflow' | 'wasm';
  readonly versions: Readonly<Record<string, string>>;
  /** TensorFlow's own operations; undefined without the native backend */
  readonly native?: NativeOperations;
  /** why the native backend is not in use; undefined where it is */
  readonly nativeProblem?: string;
}

const require = createRequire(import.meta.url);
let loaded: Promise<LoadedTensorFlow> | undefined;

/**
 * Loads TensorFlow.js once per process: native where its add-on is in place, else on WebAssembly.
 * @param threads that TensorFlow's own operations compute with; by default one for each processor. What the first call says counts.
 * @example
 * const { tf, backend } = await loadTensorFlow({ threads: 2 });
 * backend; // 'tensorflow', or 'wasm' where the native add-on is missing
 */
export function loadTensorFlow({ threads }: { threads?: number } = {}): Promise<LoadedTensorFlow> {
  loaded ??= load(threads);
  return loaded;
}

async function load(threads: number | undefined): Promise<LoadedTensorFlow> {
  const tf: TensorFlow = require('@tensorflow/tfjs-core');
  const versions = { tfjs: tf.version_core };
  try {
    const library = loadNative(tf, threads);
    await tf.ready();
    const native = new NativeOperations(tf);
    return { tf, backend: 'tensorflow', versions: { ...versions, libtensorflow: library }, native };
  } catch (error) {
    const [nativeProblem] = (error as Error).message.split('\n');
    require('@tensorflow/tfjs-backend-wasm');
    await tf.setBackend('wasm');
    await tf.ready();
    return { tf, backend: 'wasm', versions, nativeProblem: nativeProblem!.trim() };
  }
}

/**
 * Registers tfjs-node's backend by itself. Its main module would load layers, data and converters as well, which takes
 * half a second and is of no use here.
 * @returns the version of the TensorFlow library
 */
function loadNative(tf: TensorFlow, threads: number | undefined): string {
  restoreUtil();
  // The library has no other way to be told. oneDNN is left out because on products as small as those of an LSTM's time
  // step it takes three times as long (16×128 by 128×512: 100 µs against 36 µs), on large ones as long.
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '0';
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  if (threads !== undefined) {
    process.env.TF_NUM_INTRAOP_THREADS ??= String(threads);
    process.env.TF_NUM_INTEROP_THREADS ??= String(threads);
  }
  const folder = dirname(require.resolve('@tensorflow/tfjs-node/package.json'));
  const binding = require(join(folder, 'lib', 'napi-v8', 'tfjs_binding.node'));
  const { NodeJSKernelBackend } = require(join(folder, 'dist', 'nodejs_kernel_backend.js'));
  require(join(folder, 'dist', 'register_all_kernels.js'));
  tf.registerBackend('tensorflow', () => new NodeJSKernelBackend(binding, '@tensorflow/tfjs-node'), 3);
  return String(binding.TF_Version);
}

/** tfjs-node calls two functions of node:util that newer versions of Node warn of or lack. */
function restoreUtil(): void {
  const util = require('node:util');
  util.isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  util.isArray = Array.isArray;
}
