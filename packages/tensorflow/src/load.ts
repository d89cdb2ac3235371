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
  /** where set-up links what is compiled against the native library; undefined without the native backend */
  readonly compiled?: string;
  /** why the native backend is not in use; undefined where it is */
  readonly nativeProblem?: string;
}

const require = createRequire(import.meta.url);
let loaded: Promise<LoadedTensorFlow> | undefined;

/**
 * Loads TensorFlow.js once per process: native where its add-on is in place, else on WebAssembly.
 * What the first call says counts.
 * @example
 * const { tf, backend } = await loadTensorFlow({ threads: 2 });
 * backend; // 'tensorflow', or 'wasm' where the native add-on is missing
 */
export function loadTensorFlow({ threads, tfjsNode }: Options = {}): Promise<LoadedTensorFlow> {
  loaded ??= load(threads, tfjsNode);
  return loaded;
}
interface Options {
  /** that TensorFlow's own operations compute with; by default one for each processor */
  readonly threads?: number;
  /** the folder of the package @tensorflow/tfjs-node; by default where Node finds it */
  readonly tfjsNode?: string | undefined;
}

async function load(threads: number | undefined, tfjsNode: string | undefined): Promise<LoadedTensorFlow> {
  try {
    const folder = tfjsNode ?? dirname(require.resolve('@tensorflow/tfjs-node/package.json'));
    // The one that tfjs-node itself uses.
    const tf: TensorFlow = createRequire(join(folder, 'package.json'))('@tensorflow/tfjs-core');
    const libtensorflow = loadNative(tf, folder, threads);
    await tf.ready();
    const versions = { tfjs: tf.version_core, libtensorflow };
    const compiled = join(folder, '..', '..', '.etude-kernels');
    return { tf, backend: 'tensorflow', versions, native: new NativeOperations(tf), compiled };
  } catch (error) {
    const [nativeProblem] = (error as Error).message.split('\n');
    const tf: TensorFlow = require('@tensorflow/tfjs-core');
    const versions = { tfjs: tf.version_core };
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
function loadNative(tf: TensorFlow, folder: string, threads: number | undefined): string {
  restoreUtil();
  // The library has no other way to be told. oneDNN is left out because on products as small as those of an LSTM's time
  // step it takes three times as long (16×128 by 128×512: 100 µs against 36 µs), on large ones as long.
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '0';
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  if (threads !== undefined) {
    process.env.TF_NUM_INTRAOP_THREADS ??= String(threads);
    process.env.TF_NUM_INTEROP_THREADS ??= String(threads);
  }
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
