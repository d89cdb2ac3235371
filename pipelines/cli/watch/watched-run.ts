import { artifactFolder, type Plan, type RunObserver } from '@etude/engine';
import type { LiveRun } from '@etude/page';
import { withEvents } from '../run-events.js';
import { LiveRunState } from './live-run.js';
import { LiveServer } from './live-server.js';
import { pageOfRun } from './run-site.js';

/** A run that can be watched in browsers on this machine. */
export interface WatchedRun {
  /** where */
  readonly address: string;
  /** to be told what the run does */
  readonly observer: RunObserver;
  /** aborted where somebody who watches stops the run */
  readonly signal: AbortSignal;
  /** Tells how the run has ended, and ends; a second time does nothing. */
  close(status: 'done' | 'failed' | 'stopped'): Promise<void>;
}

/** Begins to serve a run's page. Whether anybody looks at it makes no difference to the run. */
export async function watchRun(plan: Plan, observer: RunObserver, version: string): Promise<WatchedRun> {
  const { experiment } = plan;
  const folder = artifactFolder(plan.workspace, experiment);
  const state = new LiveRunState(
    experiment,
    folder,
    plan.stages.map(({ name }) => name),
  );
  const controller = new AbortController();
  const server = new LiveServer({
    page: ({ pathname }) => pageOfRun(pathname, { experiment, folder, version, state, isOneOfMany: false }),
    news(path) {
      if (path !== '/events') return undefined;
      return JSON.stringify({ ...state.run, canStart: false, canStop: state.status === 'running' } satisfies LiveRun);
    },
    order(path) {
      if (path !== '/stop') return;
      state.status = 'stopping';
      server.tell();
      controller.abort(new Error('interrupted'));
    },
  });
  const address = await server.open();
  let isClosed = false;
  return {
    address,
    observer: withEvents(observer, (event) => {
      state.hear(event);
      server.tell({ isUrgent: event.event === 'done' });
    }),
    signal: controller.signal,
    async close(status) {
      if (isClosed) return;
      isClosed = true;
      state.status = status;
      await server.close({ isWaiting: true });
    },
  };
}
