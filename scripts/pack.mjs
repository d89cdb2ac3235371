// npm run pack [-- FOLDER --built]: one tarball that `npm install` takes, with the packages of this repository inside. The layout is that
// of the repository, as far as the program reads it (pipelines/shipped.ts); node_modules/@etude holds what is built.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { lockedWith } from './lock-part.mjs';
import { nx } from './nx.mjs';
import { root, say } from './setup/workspace.mjs';
import { setup } from './setup.mjs';

/** The npm name `etude` is somebody else's. */
const NAME = 'etude-music';
/** What `npm run api` writes. */
const API = 'dist/api';
/** What `etude cluster` installs for the user who wants it (pipelines/cli/optional-cluster.ts). */
const CLUSTER = 'cluster';
/** As they are in the repository. */
const FILES = [
  ...['README.md', 'CHANGELOG.md', 'SECURITY.md', 'LICENSE', 'docs', 'experiments', 'models', 'schemas'],
  ...['data', 'pipelines/bin', 'pipelines/dist/bundle', 'pipelines/song.yaml', 'pipelines/chorales.yaml'],
  ...['scripts/setup.mjs', 'scripts/setup', 'packages/engine/src/files'],
];
/** Of no use to those who install it. */
const LEFT_OUT = [
  /\.test\.|(^|\/)testing(\/|$)|\.tsbuildinfo$|\.map$|kernels_test/,
  /(^|\/)(node_modules|compiled|build)(\/|$)/,
  /(?<!\.d)\.tsx?$|tsconfig\.json$|vitest\.config/,
  /^data\/(dist|tune-book|package\.json)$|^scripts\/setup\/browser\.mjs$/,
];
/** What set-up installs for the user who computes first: tfjs-node's install script needs a host that may not be reached. */
const LATER = ['@tensorflow/tfjs-node', 'node-api-headers'];

const shell = process.platform === 'win32';
const readJson = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'));
const writeJson = (path, value) => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(value, undefined, 2)}\n`);
};
const copy = (from, to) =>
  cpSync(join(root, from), to, {
    recursive: true,
    filter: (source) => !LEFT_OUT.some((names) => names.test(relative(root, source).replaceAll('\\', '/'))),
  });

/**
 * Makes the tarball out of what is built.
 * @param {string} folder where it is to be
 * @returns {string} its path
 */
function pack(folder) {
  const stage = mkdtempSync(join(tmpdir(), 'etude-pack-'));
  try {
    for (const path of FILES) copy(path, join(stage, path));
    if (existsSync(join(root, API))) copy(API, join(stage, 'api'));
    const packages = readdirSync(join(root, 'packages'));
    const manifests = packages.map((name) => addPackage(name, join(stage, 'node_modules', '@etude', name)));
    addNative(join(stage, 'native'));
    if (existsSync(join(root, CLUSTER, 'dist'))) addCluster(join(stage, CLUSTER));
    addManifests(stage, manifests);
    for (const name of packages) addEntry(name, `@etude/${name}`, join(stage, 'lib'));
    addEntry('setup', '../scripts/setup/native.mjs', join(stage, 'lib'));
    mkdirSync(folder, { recursive: true });
    const options = ['--ignore-scripts', '--json', '--loglevel=error', '--pack-destination', folder];
    const { stdout, status, stderr } = spawnSync('npm', ['pack', ...options], {
      cwd: stage,
      encoding: 'utf8',
      shell,
    });
    if (status !== 0) throw new Error(`npm pack: ${stderr}`);
    return join(folder, basename(JSON.parse(stdout)[0].filename));
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

/** A package as it was built, whose manifest names nothing that is not there. */
function addPackage(name, target) {
  const from = `packages/${name}`;
  const { scripts: _, devDependencies: __, exports, dependencies = {}, ...manifest } = readJson(`${from}/package.json`);
  for (const part of ['dist', 'native']) {
    if (existsSync(join(root, from, part))) copy(`${from}/${part}`, join(target, part));
  }
  // It lies a folder deeper than in the repository.
  const readme = readFileSync(join(root, from, 'README.md'), 'utf8').replaceAll('](../../', '](../../../');
  writeFileSync(join(target, 'README.md'), readme);
  const targets = Object.entries(exports).flatMap(([entry, conditions]) => {
    if (typeof conditions === 'string') return [[entry, conditions]];
    const { '@etude/source': ___, ...others } = conditions;
    if (others.types?.startsWith('./src/')) {
      cpSync(join(root, from, others.types), join(target, others.types), { recursive: true });
    }
    return Object.keys(others).length > 0 ? [[entry, others]] : [];
  });
  const needed = Object.fromEntries(Object.entries(dependencies).filter(([each]) => !LATER.includes(each)));
  writeJson(join(target, 'package.json'), { ...manifest, exports: Object.fromEntries(targets), dependencies: needed });
  return { name: manifest.name, dependencies: needed };
}

/** For `import … from 'etude-music/midi-reader'`: no entry of a package may lead into node_modules by itself. */
function addEntry(name, module, folder) {
  mkdirSync(folder, { recursive: true });
  for (const kind of ['js', 'd.ts']) writeFileSync(join(folder, `${name}.${kind}`), `export * from '${module}';\n`);
}

/** Of the lock file what tfjs-node needs, so that every user gets what was tested. */
function addNative(folder) {
  const { dependencies } = readJson('packages/tensorflow/package.json');
  const { devDependencies } = readJson('package.json');
  const wanted = Object.fromEntries(LATER.map((name) => [name, dependencies[name] ?? devDependencies[name]]));
  const manifest = { name: 'etude-native', version: '1.0.0', private: true, dependencies: wanted };
  writeJson(join(folder, 'package.json'), manifest);
  writeJson(join(folder, 'package-lock.json'), lockedWith(readJson('package-lock.json'), manifest));
}

/** As it was built, with what npm needs to install its dependencies. */
function addCluster(folder) {
  for (const name of ['package.json', 'package-lock.json', 'dist']) copy(`${CLUSTER}/${name}`, join(folder, name));
}

function addManifests(stage, manifests) {
  const { version, description, license, engines } = readJson('package.json');
  const program = readJson('pipelines/package.json');
  const others = [program, ...manifests].flatMap(({ dependencies }) => Object.entries(dependencies));
  const dependencies = Object.fromEntries(others.filter(([name]) => !name.startsWith('@etude/')).sort());
  const own = Object.fromEntries(manifests.map(({ name }) => [name, '*']));
  writeJson(join(stage, 'package.json'), {
    ...{ name: NAME, version, description, license, type: 'module', engines },
    bin: { etude: 'pipelines/bin/etude.js', [NAME]: 'pipelines/bin/etude.js' },
    exports: {
      './package.json': './package.json',
      './*': { types: './lib/*.d.ts', default: './lib/*.js' },
    },
    dependencies: { ...dependencies, ...own },
    bundledDependencies: Object.keys(own),
  });
  writeJson(join(stage, 'pipelines', 'package.json'), { name: 'pipelines', version, private: true, type: 'module' });
}

try {
  const { values, positionals } = parseArgs({ options: { built: { type: 'boolean' } }, allowPositionals: true });
  if (!values.built) {
    await setup();
    const code = await nx(['run-many', '--targets=build', '--outputStyle=static'], { quiet: true });
    if (code !== 0) throw new Error('the build did not finish; `npx nx run-many --targets=build` says why');
    const { status } = spawnSync('npm', ['run', '--silent', 'api'], { cwd: root, stdio: ['ignore', 2, 2], shell });
    if (status !== 0) throw new Error('the documentation of the packages was not written (see above)');
  }
  console.log(pack(resolve(positionals[0] ?? root)));
} catch (error) {
  say(`failed: ${error.message}`);
  process.exitCode = 1;
}
