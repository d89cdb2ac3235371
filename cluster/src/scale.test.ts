import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Brain } from './activities.js';
import { startTemporal, type TemporalServer } from './servers/temporal-server.js';

/** As it is built, with the workflows in a file of their own. */
const { ClusterClient, runWorker }: typeof import('./index.js') = await import(
  new URL('../dist/index.js', import.meta.url).href
);
/** What the simulation of bench/ takes workflows to have. */
const { EVENTS } = await import(new URL('../../bench/scale/costs.mjs', import.meta.url).href);

const folder = mkdtempSync(join(tmpdir(), 'etude-scale-'));
let server: TemporalServer;
beforeAll(async () => {
  server = await startTemporal({ folder });
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const STAGES = ['first', 'second', 'third'];
const RUNS = 3;

/** Runs of three stages, one after the other, of which they have the first in common; it goes on until all wait for it. */
function chains(): Brain {
  const done = new Set<string>();
  let looks = 0;
  return {
    async advance(plan) {
      looks++;
      const named = (name: string) => (name === 'first' ? name : `${plan}-${name}`);
      const left = STAGES.filter((name) => !done.has(named(name)));
      const ready = left.slice(0, 1).map((name) => ({ name, fingerprint: named(name), task: named(name) }));
      return { done: STAGES.filter((name) => !left.includes(name)), ready };
    },
    async run(task) {
      while (looks < RUNS) await sleep(10);
      if (task === 'first') await sleep(500);
      done.add(task);
      return true;
    },
  };
}

it('leaves the histories that the simulation of many machines counts with', async () => {
  const temporal = { address: server.address, namespace: 'default' };
  const stop = new AbortController();
  const { signal } = stop;
  const running = runWorker({
    ...{ temporal, build: 'b', kind: 'k', jobs: 2, signal },
    brain: chains(),
    heartbeatSeconds: 15,
    say() {},
  });
  const client = await ClusterClient.connect(temporal, 'b');
  const names = Array.from({ length: RUNS }, (_, index) => `run${index}`);
  const observer = { started() {}, progress() {}, trouble() {}, done() {}, waiting() {} };
  const outcomes = await Promise.all(
    names.map((name) =>
      client.run({
        ...{ name, plan: name, verify: false, isOld: false, kind: undefined, observer, stop: signal, leave: signal },
      }),
    ),
  );
  expect(outcomes).toEqual(names.map(() => ({ kind: 'done' })));

  const connection = await Connection.connect({ address: server.address });
  const { workflow } = new Client({ connection });
  const eventsOf = async (id: string) => (await workflow.getHandle(id).fetchHistory()).events!.length;
  const { run, look, told, stage, firstJoin, laterJoin, tell, tellTask } = EVENTS;
  for (const name of names) expect(await eventsOf(`run/b/${name}`)).toBe(run + 4 * look + 3 * told);
  expect(await eventsOf('stage/b/run0-second')).toBe(stage + firstJoin + tell + tellTask);
  // Signals that come together share a workflow task.
  const most = stage + firstJoin + (RUNS - 1) * laterJoin + RUNS * (tell + tellTask);
  const shared = await eventsOf('stage/b/first');
  expect(shared).toBeLessThanOrEqual(most);
  expect(shared).toBeGreaterThanOrEqual(most - (RUNS - 1) * (laterJoin - 1));
  await connection.close();
  await client.close();
  stop.abort();
  await running;
});
