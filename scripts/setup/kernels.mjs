// Compiles the kernels of packages/model/native for this machine, once per user and state of the sources.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { findDamage, hasRecordedContents } from '../../packages/engine/src/files/contents.js';
import { once } from '../../packages/engine/src/files/once.js';
import { findCompiler, lastLine, runQuietly } from './command.mjs';
import { home, installed, root, say, seconds, tfjsNode, userCache } from './workspace.mjs';

const sources = join(root, ...(installed ? ['node_modules', '@etude'] : ['packages']), 'model', 'native');
const file = 'etude_ops.node';
/** Where they are found (packages/tensorflow/src/load.ts). */
const link = join(home, 'node_modules', '.etude-kernels');

/** Flags for all, and those of each instruction set; which is used is found out when they are loaded. */
const { flags: allFlags, ...machines } = JSON.parse(readFileSync(join(sources, 'variants.json'), 'utf8'));
const { flags, variants } = machines[process.arch] ?? machines.other;
export const FLAGS = ['-O3', ...allFlags, ...flags];

/**
 * @typedef {{ from?: string, why?: string }} ProvidedKernels
 * @param {boolean} native whether native TensorFlow is in place
 * @param {ProvidedKernels | undefined} earlier what the last set-up of this checkout came to
 * @param {boolean} thorough whether to read what is there already
 * @returns {Promise<ProvidedKernels>}
 */
export async function provideKernels(native, earlier, thorough) {
  if (!native) return { why: 'native TensorFlow is missing' };
  const key = digestOfSources();
  const name = `${process.platform}-${process.arch}-${key}`;
  if (earlier?.why !== undefined && earlier.from === name) return earlier;
  const place = join(userCache(), 'kernels', name);
  const present = earlier?.from === name && existsSync(join(link, file));
  if (present && hasRecordedContents(place) && (await findDamage(place)) === undefined) return earlier;
  try {
    const folder = await once(place, {
      make: compile,
      check: (at) => checkThatTheyLoad(join(at, file)),
      onWait: (holder) => say(`the kernels are being compiled by ${holder}; waiting for it`),
      onDamage: say,
      thorough,
    });
    rmSync(link, { recursive: true, force: true });
    symlinkSync(folder, link, 'junction');
    return { from: name };
  } catch (error) {
    say(`the kernels were not compiled: ${error.message}`);
    say("Etude computes with TensorFlow's own operations, about a quarter as fast.");
    return { from: name, why: error.message };
  }
}

/**
 * Compiles the kernels once for each instruction set.
 * @returns {string[]} the object files, in `folder`
 */
export function compileVariants(compiler, folder) {
  return Object.entries(variants).map(([variant, itsFlags]) => {
    const object = join(folder, `${variant}.o`);
    runQuietly(compiler, [
      ...FLAGS,
      ...itsFlags,
      `-DKERNELS=${variant}Kernels`,
      ...['-c', join(sources, 'kernels.cc'), '-o', object],
    ]);
    return object;
  });
}

async function compile(aside) {
  const compiler = findCompiler();
  say(`compiling the kernels (${compiler})`);
  const startedAt = Date.now();
  const objects = compileVariants(compiler, aside);
  const deps = join(tfjsNode, 'deps');
  runQuietly(compiler, [
    ...FLAGS,
    ...['-shared', `-I${join(deps, 'include')}`, join(sources, 'ops.cc'), ...objects],
    ...[`-L${join(deps, 'lib')}`, '-ltensorflow', '-ltensorflow_framework', '-pthread'],
    ...['-o', join(aside, file)],
  ]);
  for (const object of objects) rmSync(object);
  say(`compiled (${seconds(startedAt)})`);
}

/** Loads them after TensorFlow's library, which they use, and calls one: a wrong registration shows only then. */
function checkThatTheyLoad(kernels) {
  const script = `const tensorflow = require(process.argv[1]);
    require(process.argv[2]);
    tensorflow.executeOp('EtudeInstructions', [], [], 1);`;
  const binding = join(tfjsNode, 'lib', 'napi-v8', 'tfjs_binding.node');
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2', TF_ENABLE_ONEDNN_OPTS: '0' };
  const result = spawnSync(process.execPath, ['-e', script, binding, kernels], { encoding: 'utf8', env });
  // An operation that TensorFlow refuses is told of on stderr.
  if (result.status !== 0 || /^Etude/m.test(result.stderr)) {
    throw new Error(`they do not load here: ${lastLine(result.stderr)}`);
  }
}

/** Of all that the result depends on: sources, flags and TensorFlow. */
function digestOfSources() {
  const hash = createHash('sha256');
  for (const name of ['kernels.h', 'kernels.cc', 'crew.h', 'ops.cc']) hash.update(readFileSync(join(sources, name)));
  hash.update(JSON.stringify([FLAGS, variants, realpathSync(join(tfjsNode, 'deps'))]));
  return hash.digest('hex').slice(0, 16);
}
