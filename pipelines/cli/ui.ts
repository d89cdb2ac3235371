import { setTimeout as sleep } from 'node:timers/promises';
import { interruptible } from './interruptible.js';
import { LiveServer } from './watch/live-server.js';
import { WorkspaceSite } from './watch/workspace-site.js';
import { findWorkspace } from './workspace.js';

/** Milliseconds from one look at the workspace to the next, at least; and how many times as long as a look takes. */
const LOOK_EVERY = 500;
const REST = 10;

/** Serves a page of all experiments to browsers on this machine, until it is stopped. */
export async function uiCommand({ port, version }: { port: number; version: string }): Promise<void> {
  const site = new WorkspaceSite(findWorkspace(), version, () => server.tell({ isUrgent: true }));
  const server = new LiveServer(site);
  await interruptible(async (signal) => {
    await site.look();
    console.log(
      `see all experiments at ${await server.open(port)}; Ctrl-C ends it, and the runs that were begun there`,
    );
    const isStopped = new Promise((stopped) => signal.addEventListener('abort', stopped));
    let pause = LOOK_EVERY;
    while (!signal.aborted) {
      await Promise.race([sleep(pause), isStopped]);
      if (server.viewers === 0) continue;
      const began = performance.now();
      await site.look();
      server.tell({ isUrgent: true });
      // Hundreds of experiments are looked at less often.
      pause = Math.max(LOOK_EVERY, REST * (performance.now() - began));
    }
    await site.close();
    await server.close({ isWaiting: false });
  });
}
