import { fileURLToPath } from 'node:url';

export { ClusterClient } from './client.js';
export { openStore, openStoreThatAnswers } from './open-store.js';
export { type ClusterUpOptions, clusterUp } from './up.js';
export { runWorker } from './worker.js';

/** Where this package is, built. */
export const FOLDER = fileURLToPath(new URL('.', import.meta.url));
