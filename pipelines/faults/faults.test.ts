import { describe, expect, it } from 'vitest';
import {
  CORRUPTIONS,
  canMount,
  corrupt,
  type Fault,
  fullDisk,
  KILLS,
  kill,
  STARTS,
  shortWrite,
  together,
  unbrokenRun,
} from './faults.js';

/** Rounds of each kind: in `npm test`, and in `npm run test:faults`, which may ask for one kind and one seed. */
const KINDS: Record<string, { fault: Fault; short: number; long: number; isPossible?: () => boolean }> = {
  kill: { fault: kill, short: 1, long: Math.ceil(500 / KILLS) },
  corrupt: { fault: corrupt, short: 4, long: Math.ceil(500 / CORRUPTIONS) },
  'full-disk': { fault: fullDisk, short: 2, long: 50, isPossible: canMount },
  'short-write': { fault: shortWrite, short: 2, long: 25, isPossible: () => process.platform !== 'win32' },
  together: { fault: together, short: 1, long: Math.ceil(200 / STARTS) },
};
const { FAULTS_SEED = '1', FAULTS_ONLY, FAULTS_ROUNDS } = process.env;
const isLong = process.env.FAULTS_LONG === 'yes';

const unbroken = await unbrokenRun();

for (const [name, { fault, short, long, isPossible = () => true }] of Object.entries(KINDS)) {
  const isWanted = FAULTS_ONLY === undefined || FAULTS_ONLY === name;
  const rounds = FAULTS_ROUNDS === undefined ? (isLong ? long : short) : Number(FAULTS_ROUNDS);
  const seeds = Array.from({ length: isWanted ? rounds : 0 }, (_, round) => Number(FAULTS_SEED) + round);
  describe.skipIf(!isPossible())(`the results of an unbroken run, after ${name}`, () => {
    it.concurrent.each(
      seeds,
    )(`of seed %i (alone: npm run test:faults -- --only ${name} --rounds 1 --seed …)`, async (seed) => {
      expect(await fault(unbroken, seed)).toEqual([]);
    }, 180_000);
  });
}
