import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { output, type Providing, provide } from './providing.js';
import { plainEnvironment } from './server-process.js';

const VERSION = '5.2.5';
const REQUIREMENTS = fileURLToPath(new URL('moto-requirements.txt', import.meta.url));
const PIP = ['--quiet', '--no-compile', '--only-binary', ':all:', '--disable-pip-version-check', '--retries', '2'];

/**
 * The command of moto's S3 server, which keeps objects in memory and checks neither credentials nor checksums. pip installs it once per user, with
 * what it needs; each package has to have its SHA-256.
 * @throws {ClusterError} where there is no Python 3.10 with pip, or no network
 */
export async function motoCommand(
  port: number,
  how: Providing,
): Promise<{ command: string; args: readonly string[]; environment: NodeJS.ProcessEnv }> {
  const { say = () => {}, signal, environment = process.env } = how;
  const digest = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 12);
  const { command, tag } = await findPython();
  const folder = await provide(
    {
      name: 'moto',
      place: ['moto', `${VERSION}-${process.platform}-${process.arch}-${tag}-${digest}`],
      make: async (aside) => {
        say(`installing moto ${VERSION}, a small S3 server (82 MB, once per user)`);
        if (tag === '') throw new Error('no Python 3.10 or later was found');
        const args = ['-m', 'pip', 'install', ...PIP, '--require-hashes', '--target', aside, '-r', REQUIREMENTS];
        await output([command, ...args], { signal, environment });
        // Some systems add certificates of their own to a package when it is first used: that must not count as damage later.
        const first = [command, '-B', '-c', 'import moto.server'] as const;
        await output(first, { signal, environment: { ...environment, PYTHONPATH: aside } });
      },
    },
    how,
  );
  return {
    command,
    args: ['-m', 'moto.server', '--host', '127.0.0.1', '--port', String(port)],
    environment: { ...plainEnvironment(environment), PYTHONPATH: folder, PYTHONNOUSERSITE: '1' },
  };
}

/** A Python that is new enough, and what its compiled packages are named after: `cpython-311`; empty where there is none. */
async function findPython(): Promise<{ command: string; tag: string }> {
  const script = 'import sys, pip; print(sys.implementation.cache_tag if sys.version_info >= (3, 10) else "")';
  for (const command of ['python3', 'python']) {
    const tag = await output([command, '-c', script]).catch(() => '');
    if (tag !== '') return { command, tag };
  }
  return { command: 'python3', tag: '' };
}
