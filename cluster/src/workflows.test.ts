import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Brain } from './activities.js';
import { useWorkflows } from './testing/workflow-trial.js';

/** What the simulation of bench/ takes workflows to have. */
const { EVENTS } = await import(new URL('../../bench/scale/costs.mjs', import.meta.url).href);

const workflows = useWorkflows();

const STAGES = ['first', 'second', 'third'];
const RUNS = 3;
/** How often the input of a stage is lost. */
const LOSSES = 5;

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

/** Runs of one stage, whose input is lost some times, and is there again at once. */
function losing(): Brain {
  let losses = 0;
  let isDone = false;
  return {
    async advance() {
      const stage = { name: 'only', fingerprint: 'only', task: 'only' };
      return isDone ? { done: ['only'], ready: [] } : { done: [], ready: [stage] };
    },
    async run() {
      if (losses++ < LOSSES) throw Object.assign(new Error('an input is lost'), { name: 'MissingArtifact' });
      isDone = true;
      return true;
    },
  };
}

it('leaves the histories that the simulation of many machines counts with', async () => {
  expect(await workflows.run(chains(), RUNS)).toEqual(
    Array.from({ length: RUNS }, () => ({ kind: 'done', ran: STAGES })),
  );
  const { run, look, told, stage, firstJoin, laterJoin, tell, tellTask } = EVENTS;
  for (let index = 0; index < RUNS; index++) {
    const events = await workflows.eventsOf(`run/b/run${index}`);
    expect(events).toBeGreaterThanOrEqual(run + 4 * look + 3 * told);
    // On a busy machine there may be a workflow task more.
    expect(events).toBeLessThanOrEqual(run + 4 * look + 3 * told + 3);
  }
  expect(await workflows.eventsOf('stage/b/run0-second')).toBe(stage + firstJoin + tell + tellTask);
  // Signals that come together share a workflow task.
  const most = stage + firstJoin + (RUNS - 1) * laterJoin + RUNS * (tell + tellTask);
  const shared = await workflows.eventsOf('stage/b/first');
  expect(shared).toBeLessThanOrEqual(most);
  expect(shared).toBeGreaterThanOrEqual(most - (RUNS - 1) * (laterJoin - 1));
});

it('has a run that comes back to a stage before that has ended wait for another execution', async () => {
  expect(await workflows.run(losing(), RUNS)).toEqual(
    Array.from({ length: RUNS }, () => ({ kind: 'done', ran: ['only'] })),
  );
}, 60_000);

it('tries again without a longer history where a run cannot be looked at', async () => {
  let looks = 0;
  const brain: Brain = {
    async advance() {
      // The last of them makes the worker take nothing for half a minute.
      if (looks++ < 6) throw new Error('the store is away');
      return { done: [], ready: [] };
    },
    run: async () => true,
  };
  expect(await workflows.run(brain, 1)).toEqual([{ kind: 'done', ran: [] }]);
  expect(looks).toBe(7);
  expect(await workflows.eventsOf('run/b/run0')).toBeLessThan(20);
}, 120_000);

it('fails where no worker has the plan in its store', async () => {
  const message = 'the plan is not in the store';
  const brain: Brain = {
    advance: () => Promise.reject(Object.assign(new Error(message), { name: 'NotInStore' })),
    run: async () => true,
  };
  expect(await workflows.run(brain, 1)).toEqual([{ kind: 'failed', message }]);
}, 60_000);
