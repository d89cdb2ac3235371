import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, RemoteStages, trimCache, userCache } from '@etude/engine';
import { stages } from '../../stages/index.js';
import { bytesIn } from '../amounts.js';
import { interruptible } from '../interruptible.js';
import { processesIn } from '../jobs.js';
import { machineKind } from '../machine-kind.js';
import { withCluster } from '../optional-cluster.js';
import { plainLines } from '../print.js';
import { findWorkspace } from '../workspace.js';
import { buildDigest } from './build-digest.js';
import { clusterOf } from './settings.js';

interface WorkerOptions {
  readonly jobs: number;
  readonly heartbeat: number;
  /** where it keeps what it has from the store */
  readonly folder?: string;
  /** of what it keeps */
  readonly maxSize: string;
}

/** Milliseconds from one look at how much it keeps to the next. */
const TRIM_EVERY = 600_000;

/** Takes stages from a cluster until it is stopped. */
export async function workerCommand({ jobs, heartbeat, folder, maxSize }: WorkerOptions): Promise<void> {
  const { temporal, namespace, store } = clusterOf(findWorkspace());
  const maxBytes = bytesIn('--max-size', maxSize)!;
  const say = (line: string) => console.log(plainLines(`${new Date().toISOString().slice(0, 19)}Z ${line}`));
  const kind = await machineKind();
  say(`computes with ${kind}`);
  const own = folder ?? join(userCache(process.env), 'worker');
  mustBeWritable(own);
  const trim = () => trimCache(own, maxBytes).catch((error) => say(`warning: ${error.message}`));
  await trim();
  const trimming = setInterval(trim, TRIM_EVERY);
  const executor = processesIn(own, jobs, join(own, '.etude', 'logs'));
  try {
    await interruptible((signal) =>
      withCluster(signal, async (cluster) => {
        const objects = await cluster.openStoreThatAnswers(store, { say, signal });
        await cluster.runWorker({
          ...{ temporal: { address: temporal, namespace }, build: buildDigest(cluster), kind, jobs, say, signal },
          heartbeatSeconds: heartbeat,
          brain: new RemoteStages({
            ...{ store: objects, stages, folder: own, executor, kind },
            warn: (message) => say(`warning: ${message}`),
          }),
        });
      }),
    );
  } finally {
    clearInterval(trimming);
    executor.close();
  }
}

/** @throws {InputError} where nothing can be kept in a folder */
function mustBeWritable(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    rmSync(mkdtempSync(join(folder, 'try-')), { recursive: true });
  } catch (error) {
    throw new InputError([{ place: '--folder', message: `cannot be written: ${(error as Error).message}` }]);
  }
}
