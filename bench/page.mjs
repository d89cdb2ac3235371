import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { browser } from '../scripts/setup/browser.mjs';
import { root } from '../scripts/setup/workspace.mjs';
import { ETUDE, temporaryWorkspace } from './workspace.mjs';

/** The player that people put into pages otherwise, with what it needs (its last release, and the one of Magenta that it was made for). */
const RIVAL = ['tone@14.7.58', '@magenta/music@1.23.1', 'html-midi-player@1.6.0'];
const SCRIPTS = ['tone/build/Tone.js', '@magenta/music/es6/core.js', 'html-midi-player/dist/midi-player.js'];
const TIMES = 5;

/** A page of ours and one of html-midi-player for the same MIDI file: how large, and how long until all of it is drawn. */
export function page({ compared }) {
  return [
    {
      name: 'page-canon/html-midi-player',
      run: () => pagesOf('page-canon', 'canon', (folder) => join(folder, 'data', 'canon-in-d.mid')),
    },
    { name: 'page-50000-notes/html-midi-player', run: () => pagesOf('page-50000-notes', 'many', manyNotes) },
  ];

  async function pagesOf(name, experiment, fileIn) {
    const found = await browser();
    if (found === undefined) throw new Error('no browser is installed here');
    const folder = temporaryWorkspace();
    const file = fileIn(folder);
    const ours = ourPage(folder, experiment, file);
    const theirs = rivalPage(file);
    const opened = await chromium.launch(found);
    try {
      /** @type {number[][]} */
      const [mine, rival] = [[], []];
      for (let time = 0; time <= TIMES; time++) {
        const a = await drawnAfter(
          opened,
          ours,
          () =>
            (document.querySelector('#songs canvas')?.clientWidth ?? 0) > 300 &&
            performance.getEntriesByName('ready').length > 0,
        );
        const b = await drawnAfter(
          opened,
          theirs,
          () => document.querySelectorAll('midi-visualizer svg rect').length > 100,
        );
        // The first time fills what the browser keeps.
        if (time === 0) continue;
        mine.push(a);
        rival.push(b);
      }
      const bytes = (path) => [statSync(path).size / 1000];
      return [
        compared(`${name}-drawn`, 'ms', mine, rival, 'html-midi-player'),
        compared(`${name}-size`, 'kB', bytes(ours), bytes(theirs), 'html-midi-player'),
      ];
    } finally {
      await opened.close();
    }
  }
}

async function drawnAfter(opened, path, isDrawn) {
  const context = await opened.newContext({ viewport: { width: 1600, height: 1000 }, locale: 'en-US' });
  try {
    const tab = await context.newPage();
    const startedAt = performance.now();
    await tab.goto(pathToFileURL(path).href, { timeout: 180_000 });
    await tab.waitForFunction(isDrawn, undefined, { polling: 'raf', timeout: 180_000 });
    return performance.now() - startedAt;
  } finally {
    await context.close();
  }
}

/** The page of an experiment whose song is the file: as it would be after a run. */
function ourPage(folder, name, file) {
  const little = 'train: { layers: 1, units: 16, steps: 2, batch: 4, window: 16 }\nsample: { songs: 1, length: 60 }\n';
  writeFileSync(
    join(folder, 'experiments', `${name}.yaml`),
    `extends: 4layer.yaml\nextract-track: { source: data/canon-in-d.mid }\n${little}`,
  );
  execFileSync(process.execPath, [ETUDE, 'run', `experiments/${name}.yaml`], { cwd: folder, stdio: 'ignore' });
  return withSong(join(folder, 'artifacts', name), file);
}

const packageUrl = (name) => pathToFileURL(join(root, 'packages', name, 'dist', 'index.js')).href;

/** The page again, with the file in place of its first song. */
function withSong(folder, file) {
  const script = `
    const { readFileSync, writeFileSync } = require('node:fs');
    (async () => {
      const { soundsOf } = await import(${JSON.stringify(packageUrl('audio'))});
      const { contentFormat, pageHtml } = await import(${JSON.stringify(packageUrl('page'))});
      const content = contentFormat.parse(readFileSync('report/page.json'));
      const midi = readFileSync(${JSON.stringify(file)});
      const songs = [{ ...content.songs[0], midi: midi.toString('base64'), surprise: [], marks: [], copies: [] }];
      const run = JSON.parse(readFileSync('run.json'));
      const data = { kind: 'experiment', content: { ...content, songs, sources: [] }, run: { ...run, ownParams: [], stages: run.stages.map((stage) => ({ ...stage, after: [] })) } };
      writeFileSync('bench.html', await pageHtml({ title: 'bench', data, sounds: (await soundsOf([midi])).bytes, key: 'bench' }));
    })();`;
  execFileSync(process.execPath, ['-e', script], {
    cwd: folder,
    stdio: 'inherit',
    env: { ...process.env, NODE_PATH: join(process.cwd(), 'node_modules') },
  });
  return join(folder, 'bench.html');
}

function rivalPage(file) {
  const folder = mkdtempSync(join(tmpdir(), 'etude-bench-player-'));
  execFileSync('npm', ['install', '--prefix', folder, '--ignore-scripts', '--no-save', ...RIVAL], { stdio: 'ignore' });
  const scripts = SCRIPTS.map((path) =>
    readFileSync(join(folder, 'node_modules', path), 'utf8').replaceAll('</script', '<\\/script'),
  );
  const source = `data:audio/midi;base64,${readFileSync(file).toString('base64')}`;
  const html = `<!doctype html><meta charset="utf-8">${scripts.map((script) => `<script>${script}</script>`).join('\n')}
<midi-player src="${source}" visualizer="#roll"></midi-player><midi-visualizer type="piano-roll" id="roll" src="${source}"></midi-visualizer>`;
  const path = join(folder, 'player.html');
  writeFileSync(path, html);
  return path;
}

/** A MIDI file of 15 parts with 50,000 notes at random. */
function manyNotes(folder) {
  let state = 1;
  const random = (most) => {
    state = (state * 48271) % 2147483647;
    return state % most;
  };
  const length = (ticks) => (ticks < 128 ? [ticks] : [0x80 | (ticks >> 7), ticks & 127]);
  const tracks = Array.from({ length: 15 }, (_, part) => {
    const channel = part < 9 ? part : part + 1;
    const bytes = [0, 0xc0 | channel, 8 * part];
    for (let i = 0; i < 3333; i++) {
      const key = 36 + random(60);
      bytes.push(0, 0x90 | channel, key, 40 + random(80), ...length(60 + random(200)), 0x80 | channel, key, 0);
    }
    bytes.push(0, 0xff, 0x2f, 0);
    const head = Buffer.from('MTrk\0\0\0\0');
    head.writeUInt32BE(bytes.length, 4);
    return Buffer.concat([head, Buffer.from(bytes)]);
  });
  const head = Buffer.from('MThd\0\0\0\x06\0\x01\0\0\0\0', 'latin1');
  head.writeUInt16BE(tracks.length, 10);
  head.writeUInt16BE(480, 12);
  const path = join(folder, 'many.mid');
  writeFileSync(path, Buffer.concat([head, ...tracks]));
  return path;
}
