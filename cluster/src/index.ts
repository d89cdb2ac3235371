export { ClusterClient } from './client.js';
export { openStore } from './open-store.js';
export { runWorker } from './worker.js';
