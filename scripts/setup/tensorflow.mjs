// Native TensorFlow for @tensorflow/tfjs-node, by the first way that works:
//   official  the add-on and library that tfjs-node's own install script downloads
//   wheel     the library from TensorFlow's PyPI wheel, the add-on compiled from the source in the npm package
//   none      Etude then computes with the wasm backend, which needs nothing
// What was made is kept once per user and linked into the checkout.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { findDamage, hasRecordedContents } from '../../packages/engine/src/files/contents.js';
import { once } from '../../packages/engine/src/files/once.js';
import { downloadWheel } from '../../packages/engine/src/files/python-wheel.js';
import { findCompiler, lastLine, runQuietly, works } from './command.mjs';
import { ADDON, home, installed, say, seconds, tfjsNode, userCache } from './workspace.mjs';

const platform = `${process.platform}-${process.arch}`;

/** The wheel to take the library from. One wheel serves every local Python: nothing in it is imported. */
const WHEELS = {
  'linux-x64': {
    requirement: 'tensorflow-cpu==2.21.0',
    tags: [
      '--implementation',
      'cp',
      '--python-version',
      '3.11',
      '--abi',
      'cp311',
      '--platform',
      'manylinux_2_27_x86_64',
    ],
    sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
  },
};

/** Grows when other files are taken from the wheel. */
const CONTENTS = 2;

/**
 * @typedef {{ way: 'official' | 'wheel' | 'present' | 'none', from?: string, why?: string }} Provided
 * @param {Provided | undefined} earlier what the last set-up of this checkout came to
 * @param {boolean} thorough whether to read what is there already
 * @returns {Promise<Provided>}
 */
export async function provideTensorFlow(earlier, thorough) {
  if (earlier?.way === 'none') return earlier;
  if (existsSync(join(tfjsNode, ADDON))) {
    const folder = dirname(realpathSync(join(tfjsNode, 'lib')));
    // What somebody else put in place is theirs to look after.
    if (!folder.startsWith(realpathSync(userCache()))) return earlier ?? { way: 'present' };
    if (!thorough && hasRecordedContents(folder) && (await findDamage(folder)) === undefined) {
      return earlier ?? { way: 'present' };
    }
  }
  const reasons = [];
  const ways = /** @type {const} */ ([
    ['official', makeOfficial],
    ['wheel', makeFromWheel],
  ]);
  for (const [way, make] of ways) {
    try {
      const folder = await make(thorough);
      link(folder);
      return { way, from: folder };
    } catch (error) {
      reasons.push(`${way}: ${error.message}`);
      say(`native TensorFlow, ${reasons.at(-1)}`);
    }
  }
  say('native TensorFlow is not to be had here: Etude computes on the wasm backend, up to 30 times slower.');
  const command = installed ? 'etude setup' : 'npm run setup';
  say(`For the native one: a C++ compiler, Python 3 with pip, and access to PyPI; then \`${command}\`.`);
  return { way: 'none', why: reasons.join('; ') };
}

/** Points the checkout's tfjs-node at the per-user folder. */
function link(folder) {
  for (const name of ['deps', 'lib']) {
    const place = join(tfjsNode, name);
    rmSync(place, { recursive: true, force: true });
    symlinkSync(join(folder, name), place, 'junction');
  }
}

/** Makes native TensorFlow by `make(aside)`, once for all set-ups of this user; it counts when it loads. */
function makeOnce(name, thorough, make) {
  return once(join(userCache(), 'tensorflow', name), {
    make,
    check: (at) => checkThatItLoads(join(at, ADDON)),
    onWait: (holder) => say(`native TensorFlow is being made by ${holder}; waiting for it`),
    onDamage: say,
    thorough,
  });
}

function checkThatItLoads(addon) {
  const script = 'process.stdout.write(String(require(process.argv[1]).TF_Version))';
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' };
  const result = spawnSync(process.execPath, ['-e', script, addon], { encoding: 'utf8', env });
  if (result.status !== 0) throw new Error(`the add-on does not load here: ${lastLine(result.stderr)}`);
  say(`native TensorFlow ${result.stdout} loads`);
}

async function makeOfficial(thorough) {
  const { version, binary } = JSON.parse(readFileSync(join(tfjsNode, 'package.json'), 'utf8'));
  return makeOnce(`tfjs-node-${version}-${platform}-official`, thorough, async (aside) => {
    const address = `${binary.host}/napi-v8/${version}/${addonArchive()}`;
    const answer = await fetch(address, { method: 'HEAD', signal: AbortSignal.timeout(10_000) }).catch(() => undefined);
    if (!answer?.ok) throw new Error('the host of the prebuilt add-on cannot be reached');
    say('downloading the prebuilt native TensorFlow (tfjs-node)');
    const bin = join(home, 'node_modules', '.bin');
    const env = { ...process.env, PATH: `${bin}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH}` };
    for (const name of ['deps', 'lib']) rmSync(join(tfjsNode, name), { recursive: true, force: true });
    runQuietly(process.execPath, ['scripts/install.js'], { cwd: tfjsNode, env });
    if (!existsSync(join(tfjsNode, ADDON))) throw new Error('its install script left no add-on');
    for (const name of ['deps', 'lib']) moveFolder(join(tfjsNode, name), join(aside, name));
  });
}

/** The archive's name as tfjs-node computes it; its script prints it as well, hence the process of its own. */
function addonArchive() {
  const result = spawnSync(process.execPath, ['scripts/get-addon-name.js'], { cwd: tfjsNode, encoding: 'utf8' });
  return result.stdout.trim();
}

async function makeFromWheel(thorough) {
  const wheel = WHEELS[platform];
  if (wheel === undefined) throw new Error(`no wheel is known for ${platform}`);
  const { version } = JSON.parse(readFileSync(join(tfjsNode, 'package.json'), 'utf8'));
  const [, wheelVersion] = wheel.requirement.split('==');
  return makeOnce(
    `tfjs-node-${version}-${platform}-wheel-${wheelVersion}-${wheel.sha256.slice(0, 12)}-${CONTENTS}`,
    thorough,
    async (aside) => {
      const compiler = findCompiler();
      const python = ['python3', 'python'].find((name) => works(name, ['-m', 'pip', '--version']));
      if (python === undefined) throw new Error('no Python 3 with pip was found');
      const file = await downloadWheel(wheel, {
        folder: join(userCache(), 'downloads'),
        onDownload: () => say(`downloading ${wheel.requirement} (262 MiB, once per user)`),
      });
      unpackWheel(python, file, join(aside, 'deps'));
      compileAddon(compiler, aside);
      rmSync(file);
    },
  );
}

/** From the wheel: the two libraries, and the headers (1 MB of 287) that an add-on and custom operations include. */
function unpackWheel(python, wheel, deps) {
  const script = `
import os, shutil, sys, zipfile
wheel, deps = sys.argv[1:]
headers = 'tensorflow/include/'
kept = tuple(headers + p for p in ('tensorflow/c/', 'tensorflow/core/platform/', 'xla/tsl/c/', 'tsl/platform/', 'tsl/c/',
                                   'tensorflow/core/common_runtime/next_pluggable_device/c/'))
places = {'tensorflow/libtensorflow_cc.so.2': 'lib/libtensorflow_cc.so.2',
          'tensorflow/libtensorflow_framework.so.2': 'lib/libtensorflow_framework.so.2'}
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        place = places.get(name) or ('include/' + name[len(headers):] if name.startswith(kept) and name.endswith('.h') else None)
        if place is None: continue
        target = os.path.join(deps, place)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with archive.open(name) as source, open(target, 'wb') as sink: shutil.copyfileobj(source, sink, 1 << 20)
`;
  say('unpacking the TensorFlow library');
  runQuietly(python, ['-c', script, wheel, deps]);
  symlinkSync('libtensorflow_cc.so.2', join(deps, 'lib', 'libtensorflow.so'));
  symlinkSync('libtensorflow_framework.so.2', join(deps, 'lib', 'libtensorflow_framework.so'));
}

/** The add-on uses Node-API only, so one build serves every Node version and needs no headers of Node itself. */
function compileAddon(compiler, aside) {
  say(`compiling the tfjs-node add-on (${compiler})`);
  const startedAt = Date.now();
  mkdirSync(join(aside, 'lib', 'napi-v8'), { recursive: true });
  const { include_dir: nodeApi } = createRequire(join(home, 'package.json'))('node-api-headers');
  runQuietly(compiler, [
    ...['-std=c++17', '-O2', '-fPIC', '-shared', '-DNAPI_VERSION=8', '-w'],
    ...[tfjsNode, join(aside, 'deps', 'include'), nodeApi].map((folder) => `-I${folder}`),
    ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(tfjsNode, 'binding', name)),
    ...[
      `-L${join(aside, 'deps', 'lib')}`,
      '-ltensorflow',
      '-ltensorflow_framework',
      '-Wl,-rpath,$ORIGIN/../../deps/lib',
    ],
    ...['-o', join(aside, ADDON)],
  ]);
  say(`compiled (${seconds(startedAt)})`);
}

/** A rename, or a copy where the two places are on different file systems. */
function moveFolder(from, to) {
  try {
    renameSync(from, to);
  } catch (error) {
    if (error.code !== 'EXDEV') throw error;
    cpSync(from, to, { recursive: true, verbatimSymlinks: true });
    rmSync(from, { recursive: true });
  }
}
