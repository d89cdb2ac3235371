export { type ClusterUpOptions, clusterUp } from './up.js';
