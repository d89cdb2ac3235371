import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { TINY, withoutColours } from './testing/cli-workspace.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What comes out of a program; an error where it fails. */
function run(command: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): string {
  const options = { cwd, encoding: 'utf8', env: { ...withoutColours(), ...env } } as const;
  const { status, stdout, stderr } = spawnSync(command, args, options);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${status}\n${stdout}\n${stderr}`);
  return stdout + stderr;
}

// What npm would do, without a registry: the tarball is unpacked, and the packages that it depends on are those of the repository.
describe('the tarball of npm run pack, installed in a folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'etude-packed-'));
  const installed = join(folder, 'node_modules', 'etude-music');
  const program = join(installed, 'pipelines', 'bin', 'etude.js');
  const etude = (args: readonly string[], env: NodeJS.ProcessEnv) =>
    run(process.execPath, [program, ...args], folder, env);
  let manifest: { dependencies: Record<string, string>; bundledDependencies: string[]; bin: Record<string, string> };
  /** where set-up fails at once, for want of npm */
  const bare = { ETUDE_CACHE_DIR: join(folder, 'empty'), PATH: join(folder, 'nowhere') };

  beforeAll(() => {
    const tarball = run(process.execPath, [join(root, 'scripts', 'pack.mjs'), '--built', folder], root).trim();
    mkdirSync(installed, { recursive: true });
    run('tar', ['xzf', tarball, '--strip-components=1', '-C', installed], folder);
    manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    for (const name of Object.keys(manifest.dependencies)) {
      if (manifest.bundledDependencies.includes(name)) continue;
      const place = join(folder, 'node_modules', name);
      mkdirSync(dirname(place), { recursive: true });
      symlinkSync(join(root, 'node_modules', name), place, 'junction');
    }
  });

  it('is called etude-music, depends on nothing that has to be compiled, and holds neither tests nor sources', () => {
    expect(Object.keys(manifest.bin)).toEqual(['etude', 'etude-music']);
    expect(Object.keys(manifest.dependencies)).not.toContain('@tensorflow/tfjs-node');
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' });
    expect(files.filter((file) => /\.test\.|\/testing\/|(?<!\.d)\.tsx?$|\.map$/.test(file))).toEqual([]);
  });

  it('writes a song where there is no npm and no network, slower, and says so', () => {
    mkdirSync(join(folder, 'experiments'));
    writeFileSync(join(folder, 'experiments', 'first.yaml'), TINY);
    const said = etude(['run', 'experiments/first.yaml'], bare);
    expect(said).toContain('setup: failed: npm ci did not finish');
    expect(said).toContain('computing on wasm, up to 30 times slower');
    expect(readdirSync(join(folder, 'artifacts', 'first'))).toContain('report.html');
  });

  it('computes with what set-up made for the user', () => {
    const cache = join(folder, 'cache');
    const lock = readFileSync(join(installed, 'native', 'package-lock.json'), 'utf8');
    expect(Object.keys(JSON.parse(lock).packages)).toContain('node_modules/@tensorflow/tfjs-node');
    // The folder's name is told where it is made.
    const said = etude(['doctor'], { ...bare, ETUDE_CACHE_DIR: cache });
    const [home] = /(?<=this user \().*(?=\))/.exec(said)!;
    symlinkSync(join(root, 'node_modules'), join(home!, 'node_modules'), 'junction');
    const here = run(process.execPath, [join(root, 'pipelines', 'bin', 'etude.js'), 'doctor', '--json'], root);
    const there = etude(['doctor', '--json'], { ...bare, ETUDE_CACHE_DIR: cache });
    const { backend, kernels } = JSON.parse(here);
    expect(JSON.parse(there)).toMatchObject({ backend, kernels });
  });

  // Nx builds it first; vitest alone does without.
  it.runIf(existsSync(join(root, 'cluster', 'dist')))(
    'installs what clusters need for the user who asks for one',
    () => {
      const bin = join(folder, 'bin');
      const npm = `#!/bin/sh\necho "npm $*" >&2\nexec ln -s '${join(root, 'cluster', 'node_modules')}' node_modules\n`;
      mkdirSync(bin);
      writeFileSync(join(bin, 'npm'), npm, { mode: 0o755 });
      const env = { ETUDE_CACHE_DIR: join(folder, 'cache'), PATH: `${bin}:${process.env.PATH}` };
      // It is loaded, and finds that this cannot be a folder.
      const up = () => {
        const args = [program, 'cluster', 'up', join(installed, 'package.json', 'x')];
        return spawnSync(process.execPath, args, {
          cwd: folder,
          encoding: 'utf8',
          env: { ...withoutColours(), ...env },
        });
      };
      const first = up();
      expect(first.stderr).toMatch(
        /^installing Temporal's SDK for this user, once \(.*\)\nnpm ci --omit=dev --ignore-scripts /,
      );
      expect(first.stderr).toMatch(/\na file is where a folder should be: .*\n$/);
      expect(first.status).toBe(1);
      expect(up().stderr).toMatch(/^a file is where a folder should be: .*\n$/);
    },
  );

  it('has the packages with their types', () => {
    const example = `import { readMidi } from 'etude-music/midi-reader';
import { runPlan } from 'etude-music/engine';
import { nativeTensorFlow } from 'etude-music/setup';
import { readFileSync } from 'node:fs';
const { tracks } = readMidi(readFileSync(process.argv[2]!));
console.log(tracks.length satisfies number, typeof runPlan, typeof nativeTensorFlow);
`;
    writeFileSync(join(folder, 'example.mts'), example);
    const compilerOptions = {
      ...{ module: 'nodenext', target: 'es2023', strict: true, skipLibCheck: true },
      ...{ types: ['node'], typeRoots: [join(root, 'node_modules', '@types')] },
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['example.mts'] }));
    run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', folder], folder);
    const music = join(installed, 'data', 'canon-in-d.mid');
    expect(run(process.execPath, ['example.mjs', music], folder)).toBe('6 function function\n');
  });
});
