export { ClusterClient } from './client.js';
export { openStore } from './open-store.js';
export { type ClusterUpOptions, clusterUp } from './up.js';
export { runWorker } from './worker.js';
