import { expect, it } from 'vitest';
import type { ClusterModule } from '../../pipelines/cli/optional-cluster.js';
import * as cluster from './index.js';

it('has what the command line calls', () => {
  // The types are what is tested, by the compiler.
  const module: ClusterModule = cluster;
  expect(module.clusterUp).toBeTypeOf('function');
});
