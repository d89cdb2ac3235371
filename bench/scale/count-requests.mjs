// Prints what a small sweep asks of the store where one worker runs it, point by point.
import { rmSync } from 'node:fs';
import { CountingStore } from './counting-store.mjs';
import { clusterSweep } from './real-cluster.mjs';
import { sweepWorkspace } from './workspace.mjs';

const [units, temperatures] = process.argv.slice(2).map(Number);
const store = new CountingStore();
const workspace = sweepWorkspace({ units, dropouts: 1, temperatures });
const { ran } = await clusterSweep(workspace, { store, jobs: 1, runsAtATime: 1 });
rmSync(workspace.folder, { recursive: true });
console.log(JSON.stringify({ ran, ...store.requests }));
