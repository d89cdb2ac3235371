// npm run test:exports: the files of `etude export` opened by other programs, fetched from npm and PyPI into the user's cache:
// MusicXML by Verovio, which finds the notes of the MIDI file; PDF by PDF.js; SVG and sound by a browser; events by TensorBoard; models by
// onnxruntime, which comes to the same logits; a tokenizer by MidiTok, which writes and reads the same tokens.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { browser } from './setup/browser.mjs';
import { runQuietly } from './setup/command.mjs';
import { root, say, userCache } from './setup/workspace.mjs';
import { setup } from './setup.mjs';

const MUSIC = join(root, 'data', 'canon-in-d.mid');
const MODEL = join(root, 'models', 'tunes.safetensors');
/** Notes and seconds of the music. */
const [NOTES, SECONDS] = [855, 90];

/** Steps and losses of training; at the last one nothing was held out. */
const CURVE = [
  [10, 2.5],
  [300, 1.25],
  [20_000, 0.75],
];

/** Of the tokens that MidiTok gets; the canon has thirty-seconds. */
const GRAMMAR = { grammar: /** @type {const} */ ('factored'), division: 480, steps: 8, velocities: 32 };

/** A Python that has a package of PyPI and what it needs, in a folder of its own. */
function pythonWith(name, version, ...others) {
  const folder = join(userCache(), `${name}-${version}`);
  const python = join(folder, process.platform === 'win32' ? 'Scripts' : 'bin', 'python');
  if (!existsSync(python)) {
    say(`fetching ${name} ${version}`);
    runQuietly('python3', ['-m', 'venv', folder]);
    runQuietly(python, ['-m', 'pip', 'install', '--quiet', `${name}==${version}`, ...others]);
  }
  return python;
}

/** The address of a file of an npm package, which gets a folder of its own. */
function fetched(name, version, file) {
  const folder = join(userCache(), `${name}-${version}`);
  if (!existsSync(join(folder, 'node_modules', name))) {
    say(`fetching ${name} ${version}`);
    runQuietly('npm', ['install', '--prefix', folder, '--ignore-scripts', '--loglevel=error', `${name}@${version}`]);
  }
  return pathToFileURL(join(folder, 'node_modules', name, file)).href;
}

const pieceOf = (midi) => piecesOf(readMidi(midi))[0];

/** Notes as text, times in quarter notes. */
function notesIn(piece) {
  return notesOf(piece).map((note) => {
    const times = [note.start / piece.division, note.end / piece.division];
    return [...times, note.key, isDrum(note) ? 'drum' : note.program, note.velocity].join(' ');
  });
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
    const python = pythonWith('tensorboard', '2.20.0');
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
  async onnx(files) {
    const python = pythonWith('onnxruntime', '1.32.0', 'onnx==1.23.2');
    const { steps, logits } = await logitsOf(MODEL);
    const given = join(dirname(files[0]), 'steps.json');
    writeFileSync(given, JSON.stringify(steps));
    const script = `
import json, sys
import numpy, onnx, onnxruntime
onnx.checker.check_model(onnx.load(sys.argv[1]), full_check=True)
session = onnxruntime.InferenceSession(sys.argv[1])
steps = json.load(open(sys.argv[2]))
given = {name: numpy.array(values, numpy.int64) for name, values in steps.items()}
B = given['tokens'].shape[1]
for each in session.get_inputs():
    if each.name not in given: given[each.name] = numpy.zeros((1, B, each.shape[2]), numpy.float32)
print(json.dumps(session.run(['logits'], given)[0].ravel().tolist()))`;
    const read = JSON.parse(runQuietly(python, ['-c', script, files[0], given]));
    const most = logits.reduce((most, logit, i) => Math.max(most, Math.abs(logit - read[i])), 0);
    return [
      read.length === logits.length && most < 1e-5,
      `onnxruntime: ${logits.length} logits, ${most.toExponential(1)} apart at most`,
    ];
  },
  async miditok(files) {
    const python = pythonWith('miditok', '3.1.0');
    const { createGrammar, miditokTokens } = await import('@etude/tokenizer');
    const grammar = createGrammar(GRAMMAR);
    const folder = dirname(files[0]);
    const pieces = (await musicForMiditok()).map(({ name, midi, ...wanted }) => {
      const [music, decoded] = [join(folder, `${name}.mid`), join(folder, `${name}-decoded.mid`)];
      writeFileSync(music, midi);
      const tokens = grammar.encode(pieceOf(midi));
      return { ...{ name, music, decoded, tokens }, translated: miditokTokens(tokens, GRAMMAR.steps), ...wanted };
    });
    const given = join(folder, 'pieces.json');
    writeFileSync(given, JSON.stringify(pieces));
    const script = `
import json, sys
from miditok import REMI
from symusic import Score
tokenizer = REMI(params=sys.argv[1])
encoded = []
for piece in json.load(open(sys.argv[2])):
    score = Score(piece['music'])
    score.tracks.sort(key=lambda track: (track.is_drum, track.program))
    encoded.append(tokenizer.encode(score).tokens)
    ids = [tokenizer[token] for token in piece['translated']]
    tokenizer.decode(ids).dump_midi(piece['decoded'])
print(json.dumps(encoded))`;
    const encoded = JSON.parse(runQuietly(python, ['-c', script, files[0], given]));
    const found = pieces.map(({ name, tokens, translated, decoded, merged, cut }, i) => {
      const [notes, read] = [notesIn(grammar.decode(tokens)), notesIn(pieceOf(readFileSync(decoded)))];
      const same = read.filter((note) => notes.includes(note)).length;
      const sameTokens = encoded[i].map(atLevel).join(' ') === translated.join(' ');
      return {
        good: sameTokens && notes.length - read.length === merged && read.length - same === cut,
        words: `${name} ${sameTokens ? 'same' : 'other'} tokens, ${same} of ${notes.length} notes`,
      };
    });
    return [found.every(({ good }) => good), `MidiTok: ${found.map(({ words }) => words).join('; ')}`];
  },
};

/**
 * The canon, of whose violins, which have one program, MidiTok makes one: notes in unison are merged, and others are cut where another violin
 * strikes their key; the canon with a program for each track, percussion and all velocities; tunes in several metres.
 */
async function musicForMiditok() {
  const { ChannelEvents } = await import('@etude/midi-reader');
  const { renderingParams, songToMidi } = await import('@etude/midi-writer');
  const canon = readFileSync(MUSIC);
  const piece = pieceOf(canon);
  const tracks = piece.tracks.map((track, i) => {
    const channel = i === piece.tracks.length - 1 ? 9 : i;
    const events = Array.from(track.events, ({ tick, status, data1, data2 }) => {
      const kind = status & 0xf0;
      return {
        ...{ tick, status: kind | channel },
        data1: kind === 0xc0 ? 40 + i : data1,
        data2: kind === 0x90 && data2 > 0 ? 1 + ((tick / 60 + 7 * data1) % 127) : data2,
      };
    });
    return { ...track, events: ChannelEvents.of(events) };
  });
  return [
    { name: 'canon', midi: canon, merged: 15, cut: 36 },
    { name: 'five programs', midi: songToMidi({ ...piece, tracks }, renderingParams.parse({})), merged: 0, cut: 0 },
    { name: 'tune book', midi: readFileSync(join(root, 'data', 'tune-book.mid')), merged: 0, cut: 0 },
  ];
}

/** A token of MidiTok, which tells 127 velocities apart, with the velocity of Etude's that stands for it. */
function atLevel(token) {
  const [kind, value] = token.split('_');
  return kind === 'Velocity' ? `Velocity_${4 * Math.floor(Number(value) / 4) + 2}` : token;
}

/** Tokens and conditions drawn at random, T × B, and the logits that Etude comes to without the shortcuts of its kernels. */
async function logitsOf(file) {
  const { chooseKernels, loadModel, modelFormat, stepper, zeroState } = await import('@etude/model');
  const { loadTensorFlow } = await import('@etude/tensorflow');
  const { createRandom } = await import('@etude/music');
  const loaded = await loadTensorFlow({ threads: 1 });
  const { kernels } = chooseKernels(loaded, { threads: 1, wanted: 'reference' });
  const stored = modelFormat.parse(readFileSync(file));
  const model = loadModel(loaded.tf, stored, stored.shape.vocabulary);
  const [T, B] = [40, 3];
  const random = createRandom(1);
  const below = (limit) => Math.floor(random.next() * limit);
  const tokens = Array.from({ length: T }, () => Array.from({ length: B }, () => below(stored.shape.vocabulary)));
  let from = 0;
  const ranges = (stored.shape.conditions?.fields ?? []).map(({ values }) => {
    from += values.length;
    return [from - values.length, values.length];
  });
  const conditions = tokens.map((row) => row.map(() => ranges.map(([first, count]) => first + below(count))));
  const steps = stepper({ tf: loaded.tf, kernels }, model, zeroState(loaded.tf, model.shape, B));
  const logits = tokens.flatMap((row, t) => [
    ...steps.step(Int32Array.from(row), Int32Array.from(conditions[t].flat())),
  ]);
  return { steps: { tokens, ...(ranges.length > 0 && { conditions }) }, logits };
}

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
const { readMidi } = await import('@etude/midi-reader');
const { isDrum, notesOf, piecesOf } = await import('@etude/music');
const folder = mkdtempSync(join(tmpdir(), 'etude-exports-'));
const found = await browser();
if (found === undefined) throw new Error('there is no browser');
const shown = await chromium.launch(found);
try {
  fetched('webmscore', '1.2.1', 'package.json');
  const page = await shown.newPage();
  const grammar = join(folder, 'grammar.json');
  writeFileSync(grammar, JSON.stringify(GRAMMAR));
  const curve = join(folder, 'curve.csv');
  const rows = CURVE.map(
    ([step, loss], i) => `${step},1,${loss},${i === 2 ? '' : loss + 0.5},,${i === 1 ? 'yes' : ''}`,
  );
  writeFileSync(curve, `step,epoch,training_loss,validation_loss,copied_share,kept\n${rows.join('\n')}\n`);
  for (const [format, check] of Object.entries(checks)) {
    const from = { tensorboard: curve, onnx: MODEL, miditok: grammar }[format] ?? MUSIC;
    const name = format === 'tensorboard' ? 'events.out.tfevents.curve' : `exported.${format}`;
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
