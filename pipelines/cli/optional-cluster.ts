import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ObjectStore, once, type Progress, type RemoteStages, StageError, userCache } from '@etude/engine';
import { SHIPPED } from '../shipped.js';
import { sayOnStandardError } from './data.js';

/** What the command line needs of `cluster/`, whose own check compares it with what is there. Nothing here imports that package, so that nobody has to install it. */
export interface ClusterModule {
  /** where it is, built */
  readonly FOLDER: string;
  clusterUp(options: {
    readonly folder: string;
    readonly say: (line: string) => void;
    readonly signal: AbortSignal;
  }): Promise<void>;
  /** @param location `s3://bucket/prefix?endpoint=…&region=…`, or a folder */
  openStore(location: string, limits?: { readonly attempts?: number; readonly idleMs?: number }): ObjectStore;
  openStoreThatAnswers(
    location: string,
    how: { readonly say: (line: string) => void; readonly signal: AbortSignal },
  ): Promise<ObjectStore>;
  runWorker(options: {
    readonly temporal: TemporalPlace;
    readonly build: string;
    readonly brain: Pick<RemoteStages, 'advance' | 'run'>;
    readonly kind: string;
    readonly jobs: number;
    readonly heartbeatSeconds: number;
    readonly say: (line: string) => void;
    readonly signal: AbortSignal;
  }): Promise<void>;
  readonly ClusterClient: { connect(temporal: TemporalPlace, build: string): Promise<ClusterClient> };
}

interface TemporalPlace {
  /** host and port */
  readonly address: string;
  readonly namespace: string;
}

export interface ClusterClient {
  run(options: {
    /** SHA-256 of the plan, which the store has */
    readonly plan: string;
    readonly verify: boolean;
    readonly name: string;
    readonly isOld: boolean;
    readonly kind: string | undefined;
    readonly observer: {
      started(stage: string): void;
      progress(stage: string, progress: Progress): void;
      trouble(stage: string, message: string): void;
      waiting(whom: 'worker' | 'kind' | 'server'): void;
      leaving(hasHeard: boolean): void;
    };
    readonly signal: AbortSignal;
    readonly goesOn: (reason: unknown) => boolean;
  }): Promise<
    | { readonly kind: 'stopped' | 'absent' }
    | { readonly kind: 'done'; readonly ran: readonly string[] }
    | { readonly kind: 'failed'; readonly message: string }
  >;
  close(): Promise<void>;
}

/** What it takes to install Temporal's SDK and the S3 client. */
const SIZE = '130 MB to download, 290 MB on disk';

/**
 * Does something with the package for clusters, which is installed when it is first needed.
 * @throws {StageError} where it cannot be installed, and in place of what it throws for users to read
 * @example
 * await withCluster(signal, (cluster) => cluster.clusterUp({ folder, say, signal }));
 */
export async function withCluster<T>(signal: AbortSignal, work: (cluster: ClusterModule) => Promise<T>): Promise<T> {
  const cluster = await loadCluster(signal);
  try {
    return await work(cluster);
  } catch (error) {
    // It is bundled by itself, so that its errors are of other classes than those of the same names here.
    throw (error as Error).name === 'ClusterError' ? new StageError((error as Error).message) : error;
  }
}

async function loadCluster(signal: AbortSignal): Promise<ClusterModule> {
  const source = join(SHIPPED, 'cluster');
  const folder = existsSync(join(source, 'build.mjs'))
    ? await builtIn(source, signal)
    : await installed(source, signal);
  return import(pathToFileURL(join(folder, 'dist', 'index.js')).href);
}

/** In a clone: as `npx nx run cluster:build` left it, or else installed and built; again after its sources have changed. */
async function builtIn(source: string, signal: AbortSignal): Promise<string> {
  const isNew = !existsSync(join(source, 'node_modules'));
  if (isNew || !isBuiltFromItsSources(source)) {
    const size = isNew ? ` and installing Temporal's SDK in it, once (${SIZE})` : '';
    sayOnStandardError(`building ${source}${size}`);
    const script = join(SHIPPED, 'scripts', 'setup', 'cluster.mjs');
    await finished([process.execPath, script, '--build'], source, signal);
  }
  return source;
}

/** Whether files are as they were when `build.mjs` listed them. */
export function isBuiltFromItsSources(source: string): boolean {
  try {
    const digests: Record<string, string> = JSON.parse(readFileSync(join(source, 'dist', 'sources.json'), 'utf8'));
    return Object.entries(digests).every(([file, digest]) => sha256(readFileSync(join(source, file))) === digest);
  } catch {
    return false;
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Where Etude was installed as a package: once per user. */
function installed(source: string, signal: AbortSignal): Promise<string> {
  const place = join(userCache(process.env), 'cluster', `${process.platform}-${process.arch}-${versionOf(source)}`);
  return once(place, {
    make: async (aside) => {
      sayOnStandardError(`installing Temporal's SDK for this user, once (${SIZE})`);
      cpSync(source, aside, { recursive: true });
      const options = ['--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
      await finished(['npm', 'ci', ...options], aside, signal);
    },
    onWait: (holder) => sayOnStandardError(`Temporal's SDK is being installed by ${holder}; waiting for it`),
    onDamage: sayOnStandardError,
    signal,
  });
}

/** Of all that comes with Etude; another version of it gets a folder of its own. */
function versionOf(source: string): string {
  const hash = createHash('sha256').update(readFileSync(join(source, 'package-lock.json')));
  for (const name of readdirSync(join(source, 'dist')).sort()) hash.update(readFileSync(join(source, 'dist', name)));
  return hash.digest('hex').slice(0, 16);
}

/** Runs a command, which may print on standard error. */
function finished([command, ...args]: readonly [string, ...string[]], cwd: string, signal: AbortSignal): Promise<void> {
  const child = spawn(command, args, {
    ...{ cwd, signal, stdio: ['ignore', 2, 2] },
    shell: process.platform === 'win32' && command === 'npm',
  });
  return new Promise((resolve, reject) => {
    const failed = () => reject(signal.reason ?? new StageError("Temporal's SDK was not installed (see above)"));
    child.on('error', failed);
    child.on('close', (code) => (code === 0 ? resolve() : failed()));
  });
}
