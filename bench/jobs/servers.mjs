// A Temporal server and an S3 server on this machine, as the tests of cluster/ start them, and workers of theirs.
import { spawn } from 'node:child_process';
import { on, once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { runQuietly } from '../../scripts/setup/command.mjs';
import { root } from '../../scripts/setup/workspace.mjs';

const cluster = join(root, 'cluster');

/** The package for clusters, installed and built where it is not. */
export async function clusterModule() {
  const built = join(cluster, 'dist', 'index.js');
  if (!existsSync(built)) {
    runQuietly(process.execPath, [join(root, 'scripts', 'setup', 'cluster.mjs')]);
    runQuietly(process.execPath, ['build.mjs'], { cwd: cluster });
  }
  return import(pathToFileURL(built).href);
}

/** @returns what clients and workers need to know, and what ends all */
export async function startServers() {
  await clusterModule();
  const { startTemporal, startS3 } = await serversModule();
  const folder = mkdtempSync(join(tmpdir(), 'etude-bench-cluster-'));
  const say = (line) => console.error(`bench: ${line}`);
  const temporal = await startTemporal({ folder, say });
  const s3 = await startS3({ folder, say });
  const workers = [];
  return {
    temporal: temporal.address,
    store: s3.url,
    env: { ...process.env, ...s3.credentials },
    /**
     * @param {{ command: string[], cwd: string, env?: NodeJS.ProcessEnv, hear?: (line: string) => void }} worker a process that prints "ready" once it
     * is; `hear` gets its lines
     */
    async worker({ command: [program, ...args], cwd, env, hear = () => {} }) {
      const child = spawn(program, args, {
        ...{ cwd, env: { ...process.env, ...s3.credentials, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
      });
      workers.push(child);
      let said = '';
      child.stderr.on('data', (chunk) => {
        said = (said + chunk).slice(-500);
      });
      const ended = once(child, 'exit').then(() => Promise.reject(new Error(`a worker ended early: ${said}`)));
      const lines = createInterface({ input: child.stdout });
      lines.on('line', hear);
      const ready = async () => {
        for await (const [line] of on(lines, 'line')) if (line.includes('ready')) return;
      };
      await Promise.race([ended, ready()]);
      ended.catch(() => {});
    },
    async stopWorkers() {
      await Promise.all(
        workers.splice(0).map(async (child) => {
          if (child.exitCode !== null || child.signalCode !== null) return;
          const ended = once(child, 'exit');
          child.kill('SIGTERM');
          await ended;
        }),
      );
    },
    async stop() {
      await this.stopWorkers();
      await Promise.all([temporal.stop(), s3.stop()]);
    },
  };
}

/** The servers' modules, which are TypeScript, as JavaScript beside the packages that they need. */
async function serversModule() {
  const bundle = await rolldown({
    input: { temporal: join(cluster, 'src/servers/temporal-server.ts'), s3: join(cluster, 'src/servers/s3-server.ts') },
    platform: 'node',
    external: [/^@temporalio\//, /^@aws-sdk\//, /^@etude\//, 'fflate'],
  });
  const dir = join(cluster, 'node_modules', '.etude-bench');
  await bundle.write({ dir, format: 'esm', entryFileNames: '[name].js' });
  const load = (name) => import(pathToFileURL(join(dir, `${name}.js`)).href);
  return { ...(await load('temporal')), ...(await load('s3')) };
}
