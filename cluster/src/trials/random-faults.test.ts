import { describe, expect, it } from 'vitest';
import { randomRound } from '../testing/random-faults.js';
import { useTrialCluster } from '../testing/trial-hooks.js';

/** As in pipelines/faults: a few rounds in `npm test`, and in `npm run test:faults` as many as it asks for. */
const { FAULTS_SEED = '1', FAULTS_ONLY, FAULTS_ROUNDS, FAULTS_LONG } = process.env;
const isWanted = FAULTS_ONLY === undefined || FAULTS_ONLY === 'cluster';
const rounds = Number(FAULTS_ROUNDS ?? (FAULTS_LONG === 'yes' ? 100 : 2));
const seeds = Array.from({ length: isWanted ? rounds : 0 }, (_, round) => Number(FAULTS_SEED) + round);

describe.skipIf(seeds.length === 0)('the results of an unbroken run, on a cluster that comes to harm', () => {
  const trial = useTrialCluster();

  it.each(seeds)('of seed %i (alone: npm run test:faults -- --only cluster --rounds 1 --seed …)', async (seed) => {
    expect(await randomRound(trial.cluster, seed, trial.unbroken)).toEqual([]);
  });
});
