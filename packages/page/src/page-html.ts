import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import type { RankedPoint } from '@etude/report';
import type { PageContent } from './content/content.js';

/** What a page tells of the run that it is of. */
export interface RunToShow {
  readonly experiment: string;
  /** the experiment's file */
  readonly config: string;
  readonly startedAt: string;
  readonly seconds: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly stages: readonly StageToShow[];
  /** parameters as `stage.parameter` whose values the experiment sets itself, in place of those of its parent or the defaults */
  readonly ownParams: readonly string[];
}

interface StageToShow {
  readonly name: string;
  readonly status: string;
  readonly reasons: readonly string[];
  readonly seconds: number;
  readonly madeInSeconds?: number | undefined;
  readonly params: Readonly<Record<string, unknown>>;
  readonly files: Readonly<Record<string, { readonly path: string }>>;
  readonly outputs: readonly { readonly path: string; readonly bytes: number }[];
  /** the stages whose outputs it reads */
  readonly after: readonly string[];
  readonly said?: readonly string[] | undefined;
}

/** An experiment beside others. */
export interface ComparedToShow {
  readonly name: string;
  /** the parameters that are not the same in all experiments */
  readonly params: Readonly<Record<string, unknown>>;
  readonly content: PageContent;
}

/** A sweep, whose points are plotted. */
export interface SweepToShow {
  readonly name: string;
  /** the measure that is shown first */
  readonly by: string;
  /** also those that are not among the experiments of the page */
  readonly points: readonly RankedPoint[];
}

/** What a page is of: an experiment, or several side by side. */
export type PageData =
  | { readonly kind: 'experiment'; readonly content: PageContent; readonly run: RunToShow }
  | {
      readonly kind: 'comparison';
      readonly experiments: readonly ComparedToShow[];
      /** of which the experiments are points */
      readonly sweep?: SweepToShow | undefined;
      readonly etude: string;
    }
  /** a run that goes on: its server tells of it */
  | { readonly kind: 'live'; readonly experiment: string; readonly etude: string; readonly isOneOfMany: boolean }
  /** all experiments of a workspace: its server tells of them */
  | { readonly kind: 'overview'; readonly etude: string };

/** All that a page is made of. */
export interface PageToWrite {
  readonly title: string;
  readonly data: PageData;
  /** a sound font of what its music plays */
  readonly sounds: Uint8Array;
  /** names what it shows: letters and digits that are others for anything else */
  readonly key: string;
}

/** The same in all pages, and most of what there is to deflate: a sweep writes a page for each of its points. */
let deflatedSynth: string | undefined;

/**
 * A page as one file that asks no network for anything: its music, sounds, figures and the program that shows them.
 * @example
 * writeFileSync('report.html', await pageHtml({ title: 'mine', data: { kind: 'experiment', content, run }, sounds, key: '1a2b' }));
 */
export async function pageHtml({ title, data, sounds, key }: PageToWrite): Promise<string> {
  const { pageScript, style, synthScript } = await import('@etude/page/assets');
  deflatedSynth ??= deflated(synthScript);
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${isServed(data) ? `${POLICY}; connect-src 'self'` : POLICY}">
<title>${htmlText(title)} – Etude</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<div id="app"></div>
<noscript>This page shows and plays songs by a program in it, which needs JavaScript. The songs are MIDI files in the folder render.</noscript>
${[
  ['data', deflated(JSON.stringify(data))],
  ['synth', deflatedSynth],
  ['sounds', Buffer.from(sounds).toString('base64')],
]
  .map(([id, text]) => `<script type="text/plain" id="${id}">${text}</script>`)
  .join('\n')}
<script type="module">${pageScript.replaceAll('</script', '<\\/script')}</script>
</body>
</html>
`;
  return `${html}<!-- ${key} ${digestOf(html)} -->\n`;
}

/**
 * The key of a page that is as it was written.
 * @returns undefined where it is damaged, cut or none
 * @example
 * keyOfPage(readFileSync('report.html', 'utf8')); // '1a2b'
 */
export function keyOfPage(text: string): string | undefined {
  const end = text.lastIndexOf('<!-- ');
  const [, key, digest] = /^<!-- (\w+) (\w+) -->\n$/.exec(text.slice(end)) ?? [];
  return digestOf(text.slice(0, end)) === digest ? key : undefined;
}

/** Whether a page is told of news by its server. */
function isServed({ kind }: PageData): boolean {
  return kind === 'live' || kind === 'overview';
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Nothing is loaded from anywhere: what is in the page is all there is. */
const POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline' 'wasm-unsafe-eval' blob:",
  "style-src 'unsafe-inline'",
  'img-src data: blob:',
  'worker-src blob:',
  'media-src blob:',
].join('; ');

function deflated(text: string): string {
  return deflateRawSync(text, { level: 9 }).toString('base64');
}

function htmlText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
