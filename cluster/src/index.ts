export { folderStore } from './folder-store.js';
export { parseS3Location } from './s3-location.js';
export { s3Store } from './s3-store.js';
export { startTemporal } from './servers/temporal-server.js';
