// A worker of a cluster with these stages, one at a time: `node worker.mjs '{"temporal":…,"store":…,"folder":…}'`.
import { fileURLToPath } from 'node:url';
import { RemoteStages, StageProcesses } from '@etude/engine';
import { buildDigest } from '../../pipelines/dist/cli/cluster/build-digest.js';
import { clusterModule } from './servers.mjs';
import { stages } from './stages.mjs';

const { temporal, store, folder } = JSON.parse(process.argv[2]);
const cluster = await clusterModule();
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
const script = fileURLToPath(new URL('stage-process.mjs', import.meta.url));
const executor = new StageProcesses({ script, workspace: folder, jobs: 1 });
const say = (line) => console.log(line);
await cluster.runWorker({
  ...{ temporal: { address: temporal, namespace: 'default' }, build: buildDigest(cluster), kind: 'bench' },
  ...{ jobs: 1, heartbeatSeconds: 30 },
  brain: new RemoteStages({ store: cluster.openStore(store), stages, folder, executor, kind: 'bench', warn: say }),
  say,
  signal: stop.signal,
});
executor.close();
