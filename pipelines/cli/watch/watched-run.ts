import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { artifactFolder, isPlainFile, type Plan, type RunObserver, readRunRecord } from '@etude/engine';
import { LiveRunState } from './live-run.js';
import { LiveServer } from './live-server.js';

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
  const state = new LiveRunState(plan);
  const controller = new AbortController();
  const folder = artifactFolder(plan.workspace, plan.experiment);
  const server = new LiveServer({
    async page(path) {
      if (path === '/') {
        const { pageHtml } = await import('@etude/page');
        const data = { kind: 'live', experiment: plan.experiment, etude: version } as const;
        const content = await pageHtml({ title: plan.experiment, data, sounds: new Uint8Array(), key: 'live' });
        return { type: 'text/html; charset=utf-8', content };
      }
      if (path === '/songs.json') return { type: 'application/json', content: JSON.stringify(await state.songs()) };
      const file = path === '/report.html' ? 'report.html' : artifactAt(folder, path);
      if (file === undefined || !isPlainFile(join(folder, file))) return undefined;
      return {
        type: TYPES[file.split('.').at(-1)!] ?? 'text/plain; charset=utf-8',
        content: readFileSync(join(folder, file)),
      };
    },
    order(path) {
      if (path !== '/stop') return;
      state.status = 'stopping';
      tell();
      controller.abort(new Error('interrupted'));
    },
  });
  const tell = (how = { isUrgent: false }) => server.tell(JSON.stringify(state.run), how);
  tell();
  const address = await server.open();
  let isClosed = false;
  return {
    address,
    observer: state.observer(observer, tell),
    signal: controller.signal,
    async close(status) {
      if (isClosed) return;
      isClosed = true;
      state.status = status;
      tell();
      await server.close();
    },
  };
}

const TYPES: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  svg: 'image/svg+xml',
  json: 'application/json',
  mid: 'audio/midi',
  safetensors: 'application/octet-stream',
  sf3: 'application/octet-stream',
};

/** An artifact that the last run left at a path such as `/render/song-1.mid`. */
function artifactAt(folder: string, path: string): string | undefined {
  const [, stage, name] = /^\/([^/]+)\/([^/]+)$/.exec(decodeURIComponent(path)) ?? [];
  const found = readRunRecord(folder)?.stages.find((each) => each.name === stage);
  return found?.outputs.some((artifact) => artifact.path === name) ? `${stage}/${name}` : undefined;
}
