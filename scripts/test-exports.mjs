// npm run test:exports: the files of `etude export` opened by other programs, fetched from npm into the user's cache:
// MusicXML by Verovio, which finds the notes of the MIDI file; PDF by PDF.js; SVG and sound by a browser.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { browser } from './setup/browser.mjs';
import { runQuietly } from './setup/command.mjs';
import { root, say, userCache } from './setup/workspace.mjs';
import { setup } from './setup.mjs';

const MUSIC = join(root, 'data', 'canon-in-d.mid');
/** Notes and seconds of it. */
const [NOTES, SECONDS] = [855, 90];

/** The address of a file of an npm package, which gets a folder of its own. */
function fetched(name, version, file) {
  const folder = join(userCache(), `${name}-${version}`);
  if (!existsSync(join(folder, 'node_modules', name))) {
    say(`fetching ${name} ${version}`);
    runQuietly('npm', ['install', '--prefix', folder, '--ignore-scripts', '--loglevel=error', `${name}@${version}`]);
  }
  return pathToFileURL(join(folder, 'node_modules', name, file)).href;
}

const checks = {
  async musicxml(files) {
    const [file] = files;
    const { default: createModule } = await import(fetched('verovio', '6.3.0', 'dist/verovio-module.mjs'));
    const { VerovioToolkit } = await import(fetched('verovio', '6.3.0', 'dist/verovio.mjs'));
    const verovio = new VerovioToolkit(await createModule());
    if (!verovio.loadData(readFileSync(file, 'utf8'))) throw new Error('Verovio cannot read it');
    const on = verovio.renderToTimemap({}).flatMap(({ on = [] }) => on);
    return [on.length === NOTES, `Verovio: ${on.length} notes`];
  },
  async pdf(files) {
    const [file] = files;
    const path = fetched('pdfjs-dist', '4.10.38', 'legacy/build/pdf.mjs');
    const { getDocument } = await import(path);
    const pages = (await getDocument({ data: new Uint8Array(readFileSync(file)), verbosity: 0 }).promise).numPages;
    return [pages > 1, `PDF.js: ${pages} pages`];
  },
  async svg(files, page) {
    const widths = [];
    for (const file of files) {
      const address = `data:image/svg+xml;base64,${readFileSync(file, 'base64')}`;
      widths.push(
        await page.evaluate(async (source) => {
          const image = new Image();
          image.src = source;
          await image.decode();
          return image.naturalWidth;
        }, address),
      );
    }
    return [files.length > 1 && widths.every((width) => width > 100), `browser: ${files.length} pages`];
  },
  wav: heard,
  mp3: heard,
  ogg: heard,
};

async function heard(files, page) {
  const [file] = files;
  const { seconds, peak } = await page.evaluate(
    async (text) => {
      const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      const audio = await new OfflineAudioContext(2, 1, 44100).decodeAudioData(bytes.buffer);
      const peak = audio.getChannelData(0).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      return { seconds: audio.duration, peak };
    },
    readFileSync(file, 'base64'),
  );
  const fits = Math.abs(seconds - SECONDS) < 3 && peak > 0.1 && peak <= 1;
  return [fits, `browser: ${seconds.toFixed(1)} s, peak ${peak.toFixed(2)}`];
}

await setup();
const folder = mkdtempSync(join(tmpdir(), 'etude-exports-'));
const found = await browser();
if (found === undefined) throw new Error('there is no browser');
const { LD_LIBRARY_PATH } = process.env;
const libraries = [found.libraries, LD_LIBRARY_PATH].filter(Boolean).join(':');
const shown = await chromium.launch({
  executablePath: found.executable,
  env: { ...process.env, LD_LIBRARY_PATH: libraries },
});
try {
  fetched('webmscore', '1.2.1', 'package.json');
  const page = await shown.newPage();
  for (const [format, check] of Object.entries(checks)) {
    const output = join(folder, `canon.${format}`);
    const etude = join(root, 'pipelines', 'bin', 'etude.js');
    runQuietly(process.execPath, [etude, 'export', MUSIC, '--to', format, '--output', output]);
    const files = readdirSync(folder).filter((name) => name.endsWith(`.${format}`));
    const [good, words] = await check(
      files.map((name) => join(folder, name)),
      page,
    );
    console.log(`${good ? '✓' : '✗'} ${format.padEnd(8)} ${words}`);
    if (!good) process.exitCode = 1;
  }
} finally {
  await shown.close();
  rmSync(folder, { recursive: true });
}
