import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { TrialCluster } from './trial-cluster.js';

interface Trial {
  readonly cluster: TrialCluster;
  /** what a run leaves that nothing disturbs */
  readonly unbroken: unknown;
}

/** A cluster for the tests of a file, each of which finds its store empty and ends with no worker. */
export function useTrialCluster(): Trial {
  let cluster: TrialCluster;
  let unbroken: unknown;
  beforeAll(async () => {
    cluster = await TrialCluster.start();
    unbroken = await cluster.unbroken();
  }, 600_000);
  beforeEach(() => cluster.emptyStore());
  afterEach(() => cluster.endAll());
  afterAll(() => cluster?.close());
  return {
    get cluster() {
      return cluster;
    },
    get unbroken() {
      return unbroken;
    },
  };
}
