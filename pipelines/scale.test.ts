import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

/** The programs of the bench are plain JavaScript. */
const load = (name: string) => import(new URL(`../bench/scale/${name}.mjs`, import.meta.url).href);
const { simulate } = await load('simulation');
const { DESIGN } = await load('costs');

const stage = (name: string, ...after: number[]) => ({ name, after, seconds: 1, bytes: 100 });
const STAGES = [
  stage('extract'),
  stage('study', 0),
  stage('tokenize', 0),
  stage('train', 2),
  stage('sample', 3, 1),
  stage('render', 4),
  stage('report', 5, 1),
];
/** Three stages are of all points, `train` is of the points of a model. */
function sweepWith(models: number, temperatures: number, common = 0) {
  const points = Array.from({ length: models * temperatures }, (_, point) => {
    const own = 3 + models + 3 * point;
    return [0, 1, 2, 3 + Math.floor(point / temperatures), own, own + 1, own + 2];
  });
  const executions = 3 + models + 3 * points.length;
  return { stages: STAGES, points, executions, common, planBytes: 10, fileBytes: 1000 };
}
const oneByOne = { ...DESIGN, runsAtATime: 1 };

describe('the simulation of clusters', () => {
  it('has the events and writes of one run that follow from the workflows', () => {
    const { history, server, looks, joins } = simulate({ sweep: sweepWith(1, 1), sweeps: 1, clients: 1, workers: 1 });
    // 8 looks are an event each, 7 signals 4, begin and end 5; a stage has 17 (cluster/src/workflows.test.ts).
    expect([looks, joins, history.mostOfARun, history.mostOfAStage]).toEqual([8, 7, 5 + 8 + 7 * 4, 17]);
    // A run writes 3, and 3 for each signal; a stage 10.
    expect(server.writes).toBe(3 + 7 * 3 + 7 * 10);
  });

  it.each([
    [1, 1, 1],
    [4, 3, 2],
    [3, 5, 7],
  ])('runs what %i models at %i temperatures have in common once, in each of %i sweeps', (models, temperatures, sweeps) => {
    const points = models * temperatures;
    const result = simulate(
      { sweep: sweepWith(models, temperatures), sweeps, clients: 1, workers: 1 },
      { design: oneByOne },
    );
    expect(result).toMatchObject({
      ...{ stages: 7 * points * sweeps, points: points * sweeps, runs: points * sweeps, again: 0 },
      executions: (3 + models + 3 * points) * sweeps,
      joins: (3 + models + 3 * points) * sweeps,
      // The first point of a sweep looks eight times, that of another model five, any other four.
      looks: (8 + 5 * (models - 1) + 4 * models * (temperatures - 1)) * sweeps,
    });
    const shared = simulate(
      { sweep: sweepWith(models, temperatures, 3), sweeps, clients: 1, workers: 1 },
      { design: oneByOne },
    );
    expect(shared.executions).toBe(3 + (models + 3 * points) * sweeps);
  });

  it('asks the store for what the engine asks it for', async () => {
    const program = fileURLToPath(new URL('../bench/scale/count-requests.mjs', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [program, '2', '2']);
    const { ran, get, put, list, remove } = JSON.parse(stdout);
    const simulated = simulate({ sweep: sweepWith(2, 2), sweeps: 1, clients: 1, workers: 1 }, { design: oneByOne });
    expect(simulated.executions).toBe(ran);
    expect(simulated.store).toMatchObject({ get, put, list });
    expect(remove).toBe(0);
  });

  it('keeps workers busy where the server is fast, and waits for the server where it is not', () => {
    const load = { sweep: sweepWith(10, 10), sweeps: 4, clients: 4, workers: 8 };
    const costs = { writesPerSecond: 1e6, writeLatency: 0, query: 1, describe: 1, storeLatency: 0, bandwidth: 1e12 };
    const fast = simulate(load, { costs });
    expect(fast.utilization).toBeGreaterThan(0.95);
    expect(fast.seconds).toBeCloseTo((4 * 313) / 8, -1);
    const slow = simulate(load, { costs: { ...costs, writesPerSecond: 10, query: 0, describe: 0 } });
    // What workers have to tell is a small part of what it writes.
    expect(slow.seconds * 10).toBeGreaterThanOrEqual(slow.server.writes);
    expect(slow.utilization).toBeLessThan(0.2);
  });
});
