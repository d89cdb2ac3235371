import { join } from 'node:path';
import { interruptible } from '../interruptible.js';
import { withCluster } from '../optional-cluster.js';
import { plainLines } from '../print.js';
import { findWorkspace } from '../workspace.js';

/** Runs Temporal's development server and a small S3 server on this machine, until it is stopped. */
export async function clusterUpCommand(folder = join(findWorkspace(), '.etude', 'cluster')): Promise<void> {
  const say = (line: string) => console.log(plainLines(line));
  await interruptible((signal) => withCluster(signal, (cluster) => cluster.clusterUp({ folder, say, signal })));
}
