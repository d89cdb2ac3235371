// npm run test:exports: the files of `etude export` opened by other programs, fetched from npm and PyPI into the user's cache:
// MusicXML by Verovio, which finds the notes of the MIDI file; PDF by PDF.js; SVG and sound by a browser; events by TensorBoard.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

/** Steps and losses of training; at the last one nothing was held out. */
const CURVE = [
  [10, 2.5],
  [300, 1.25],
  [20_000, 0.75],
];

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
  async tensorboard(files) {
    const folder = join(userCache(), 'tensorboard-2.20.0');
    const python = join(folder, process.platform === 'win32' ? 'Scripts' : 'bin', 'python');
    if (!existsSync(python)) {
      say('fetching TensorBoard');
      runQuietly('python3', ['-m', 'venv', folder]);
      runQuietly(python, ['-m', 'pip', 'install', '--quiet', 'tensorboard==2.20.0']);
    }
    const script = `
import json, os, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(os.path.dirname(sys.argv[1])); events.Reload()
print(json.dumps({tag: [[each.step, each.value] for each in events.Scalars(tag)] for tag in events.Tags()['scalars']}))`;
    const read = JSON.parse(runQuietly(python, ['-c', script, files[0]]));
    const fits = read['loss/training'].length === CURVE.length && read['loss/validation'].length === CURVE.length - 1;
    const same = CURVE.every(([step, loss], i) => {
      const [readStep, value] = read['loss/training'][i];
      return readStep === step && Math.abs(value - loss) < 1e-6;
    });
    return [fits && same, `TensorBoard: ${Object.keys(read).join(', ')}, ${CURVE.length} steps`];
  },
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
  const curve = join(folder, 'curve.csv');
  const rows = CURVE.map(
    ([step, loss], i) => `${step},1,${loss},${i === 2 ? '' : loss + 0.5},,${i === 1 ? 'yes' : ''}`,
  );
  writeFileSync(curve, `step,epoch,training_loss,validation_loss,copied_share,kept\n${rows.join('\n')}\n`);
  for (const [format, check] of Object.entries(checks)) {
    const [from, name] = format === 'tensorboard' ? [curve, 'events.out.tfevents.curve'] : [MUSIC, `canon.${format}`];
    const etude = join(root, 'pipelines', 'bin', 'etude.js');
    runQuietly(process.execPath, [etude, 'export', from, '--to', format, '--output', join(folder, name)]);
    const files = readdirSync(folder).filter((each) => each === name || each.endsWith(`.${format}`));
    const [good, words] = await check(
      files.map((name) => join(folder, name)),
      page,
    );
    console.log(`${good ? '✓' : '✗'} ${format.padEnd(11)} ${words}`);
    if (!good) process.exitCode = 1;
  }
} finally {
  await shown.close();
  rmSync(folder, { recursive: true });
}
