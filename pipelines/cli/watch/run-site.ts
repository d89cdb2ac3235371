import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isPlainFile, readRunRecord } from '@etude/engine';
import type { LiveRunState } from './live-run.js';
import type { Page } from './live-server.js';

const TYPES: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  svg: 'image/svg+xml',
  json: 'application/json',
  mid: 'audio/midi',
  safetensors: 'application/octet-stream',
  sf3: 'application/octet-stream',
};

interface RunToServe {
  readonly experiment: string;
  /** of its artifacts */
  readonly folder: string;
  readonly version: string;
  readonly state: LiveRunState;
  /** whether it is one of several that are served */
  readonly isOneOfMany: boolean;
}

/** What is served of one experiment, by its path: the page that watches it, its songs, its page and its artifacts. */
export async function pageOfRun(path: string, run: RunToServe): Promise<Page | undefined> {
  const { experiment, folder, version: etude, state, isOneOfMany } = run;
  if (path === '/') {
    return htmlPage({ title: experiment, data: { kind: 'live', experiment, etude, isOneOfMany } });
  }
  if (path === '/songs.json') return { type: 'application/json', content: JSON.stringify(await state.songs()) };
  const file = path === '/report.html' ? 'report.html' : artifactAt(folder, path);
  if (file === undefined || !isPlainFile(join(folder, file))) return undefined;
  return {
    type: TYPES[file.split('.').at(-1)!] ?? 'text/plain; charset=utf-8',
    content: readFileSync(join(folder, file)),
  };
}

/** A page that is told of news. */
export async function htmlPage(
  page: Pick<Parameters<typeof import('@etude/page').pageHtml>[0], 'title' | 'data'>,
): Promise<Page> {
  const { pageHtml } = await import('@etude/page');
  return { type: TYPES.html!, content: await pageHtml({ ...page, sounds: new Uint8Array(), key: 'live' }) };
}

/** An artifact that the last run left at a path such as `/render/song-1.mid`. */
function artifactAt(folder: string, path: string): string | undefined {
  const [, stage, name] = /^\/([^/]+)\/([^/]+)$/.exec(decodeURIComponent(path)) ?? [];
  const found = readRunRecord(folder)?.stages.find((each) => each.name === stage);
  return found?.outputs.some((artifact) => artifact.path === name) ? `${stage}/${name}` : undefined;
}
