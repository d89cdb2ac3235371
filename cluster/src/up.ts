import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { withFileLock, writeWhole } from '@etude/engine';
import { ClusterError } from './cluster-error.js';
import { type S3Server, startS3 } from './servers/s3-server.js';
import { freePort } from './servers/server-process.js';
import { startTemporal, type TemporalServer } from './servers/temporal-server.js';

export interface ClusterUpOptions {
  /** where all is kept: made where it is missing, for its user alone */
  readonly folder: string;
  /** told, line by line, what takes long and how other terminals find the cluster */
  readonly say: (line: string) => void;
  /** ends it */
  readonly signal: AbortSignal;
}

/** Where servers listen the first time, unless something else does. */
const PORTS = { temporal: 7233, s3: 9000 };

/**
 * Runs a cluster to try things out on one machine: Temporal's development server and a small S3 server, both on 127.0.0.1 only, until it is stopped. On
 * the same folder it comes up again with the same ports, credentials, workflows and objects.
 *
 * `cluster.yaml` in the folder says where the servers are; `credentials.sh` sets the credentials of the store in a shell.
 * @throws {ClusterError} where the cluster of this folder is up already, or a server does not start or ends by itself
 * @example
 * await clusterUp({ folder: '.etude/cluster', say: console.log, signal });
 */
export async function clusterUp({ folder: named, say, signal }: ClusterUpOptions): Promise<void> {
  const folder = resolve(named);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await withFileLock(join(folder, 'up.lock'), () => upIn(folder, say, signal), {
    onWait: (holder) => {
      throw new ClusterError(`the cluster in ${folder} is up already: ${holder}`);
    },
    signal,
  });
}

async function upIn(folder: string, say: (line: string) => void, signal: AbortSignal): Promise<void> {
  const file = join(folder, 'cluster.yaml');
  const ports = await portsIn(file);
  let s3: S3Server | undefined;
  let temporal: TemporalServer | undefined;
  try {
    s3 = await startS3({ folder, port: await portNear(ports.s3, say), say, signal });
    temporal = await startTemporal({ folder, port: await portNear(ports.temporal, say), say, signal });
    await writeWhole(file, `temporal: ${temporal.address}\nstore: ${s3.url}\n`);
    say('the cluster is up; in each terminal that is to use it:');
    say('');
    say(`  export ETUDE_CLUSTER=${inShell(file)}`);
    say(`  . ${inShell(s3.credentialsFile)}`);
    say('');
    if (!s3.keepsObjects)
      say('artifacts are kept in memory, and are gone when it stops; where Go is installed they are kept in files');
    say('Ctrl-C ends it; the same command brings it up again');
    const ended = (name: string) => () => {
      if (!signal.aborted) throw new ClusterError(`${name} ended by itself; the log files in ${folder} may say why`);
    };
    await Promise.race([
      new Promise((stopped) => signal.addEventListener('abort', stopped, { once: true })),
      temporal.ended.then(ended('Temporal')),
      s3.ended.then(ended('the S3 server')),
    ]);
  } catch (error) {
    // Stopped while it was starting.
    if (!signal.aborted) throw error;
  } finally {
    await Promise.all([temporal?.stop(), s3?.stop()]);
  }
}

/** The ports of the last time. */
async function portsIn(file: string): Promise<{ temporal: number; s3: number }> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const port = (pattern: RegExp, fallback: number) => Number(pattern.exec(text)?.[1] ?? fallback);
  return {
    temporal: port(/^temporal: 127\.0\.0\.1:(\d{1,5})$/m, PORTS.temporal),
    s3: port(/^store: \S+endpoint=http:\/\/127\.0\.0\.1:(\d{1,5})$/m, PORTS.s3),
  };
}

/** This port, or another one where something else listens. */
async function portNear(wanted: number, say: (line: string) => void): Promise<number> {
  return freePort(wanted).catch(async (error: Error) => {
    const port = await freePort();
    say(`${error.message}; using ${port}`);
    return port;
  });
}

function inShell(path: string): string {
  return /^[\w/.@%+=:,-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
