import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { type Audio, type AudioFormat, encodeAudio, renderAudio } from '@etude/audio';
import { InputError, kindAt, writeBeside } from '@etude/engine';
import { MidiError, readMidi } from '@etude/midi-reader';
import { modelFormat, modelToOnnx } from '@etude/model';
import { notesOf, piecesOf } from '@etude/music';
import { plainText } from '@etude/report';
import { grammarFormat, grammarToMiditok } from '@etude/tokenizer';
import { learningCurveFormat, tensorBoardEvents } from '@etude/trainer';
import { ZodError } from 'zod';
import { formatBytes } from './print.js';
import { engrave, type SheetFormat } from './sheet-music.js';

export interface ExportOptions {
  readonly to: keyof typeof FORMATS;
  /** where it is written; left out: beside the file */
  readonly output?: string;
}

interface Format {
  /**
   * What is to be written, or the song that it is made of.
   * @throws {InputError} where a file is none of those that the format is for
   */
  read(path: string): Uint8Array;
  /** the name of what is written beside a file called `stem` */
  name(stem: string): string;
  /** what is written of a song, in several files where there are pages, and what is said of it */
  make?(song: Uint8Array): Promise<{ readonly files: readonly Uint8Array[]; readonly words?: string }>;
}

/** A longer file is no song. */
const MOST_BYTES = 100_000_000;

const FORMATS = {
  wav: sound('wav'),
  mp3: sound('mp3'),
  ogg: sound('ogg'),
  musicxml: sheet('musicxml'),
  pdf: sheet('pdf'),
  svg: sheet('svg'),
  tensorboard: {
    read: (path) =>
      converted(path, 'a learning curve', (bytes) =>
        tensorBoardEvents(learningCurveFormat.parse(bytes), statSync(path).mtimeMs / 1000),
      ),
    // TensorBoard knows its files by this beginning.
    name: (stem) => `events.out.tfevents.${stem}`,
  },
  onnx: {
    read: (path) => converted(path, 'a model', (bytes) => modelToOnnx(modelFormat.parse(bytes))),
    name: (stem) => `${stem}.onnx`,
  },
  miditok: {
    read: (path) => converted(path, 'a grammar', (bytes) => Buffer.from(grammarToMiditok(grammarFormat.parse(bytes)))),
    name: () => 'miditok.json',
  },
} satisfies Record<string, Format>;

/** Writes songs, learning curves, models and grammars for other programs, each beside its file or where its user says. */
export async function exportCommand(paths: readonly string[], { to, output }: ExportOptions): Promise<void> {
  if (output !== undefined && paths.length > 1) {
    throw new InputError([{ place: '--output', message: 'several files cannot become one; leave it out' }]);
  }
  const { read, name, make }: Format = FORMATS[to];
  const contents = paths.map((path) => ({ path, content: read(path) }));
  for (const { path, content } of contents) {
    const file = output ?? join(dirname(path), name(basename(path, extname(path))));
    const { files, words } = (await make?.(content)) ?? { files: [content] };
    for (const [i, bytes] of files.entries()) {
      await write(files.length === 1 ? file : numbered(file, i + 1), bytes, words);
    }
  }
}

function sound(format: AudioFormat): Format {
  return {
    read: songAt,
    name: (stem) => `${stem}.${format}`,
    async make(song) {
      const audio = await heard(song);
      const seconds = audio.left.length / audio.sampleRate;
      return { files: [await encodeAudio(audio, format)], words: `${seconds.toFixed(1)} s, ` };
    },
  };
}

/** A song as sound; on a terminal one sees how far it is. */
export async function heard(song: Uint8Array, signal?: AbortSignal): Promise<Audio> {
  const isShown = process.stderr.isTTY === true;
  const show = (words: string) => void (isShown && process.stderr.write(`\r\x1b[2K${words}`));
  const onProgress = ({ done, total }: { done: number; total: number }) =>
    show(`making sound: ${Math.round((100 * done) / total)} %`);
  try {
    return await renderAudio(song, { onProgress, ...(signal && { signal }) });
  } finally {
    show('');
  }
}

function sheet(format: SheetFormat): Format {
  return {
    read: songAt,
    name: (stem) => `${stem}.${format}`,
    make: async (song) => ({ files: await engrave(song, format) }),
  };
}

/** The name of a page: song-1.svg → song-1-2.svg. */
function numbered(file: string, page: number): string {
  const extension = extname(file);
  return `${file.slice(0, file.length - extension.length)}-${page}${extension}`;
}

async function write(file: string, bytes: Uint8Array, words = ''): Promise<void> {
  await writeBeside(dirname(file), basename(file), bytes);
  console.log(`${plainText(file)}: ${words}${formatBytes(bytes.length)}`);
}

/**
 * A MIDI file with notes in it.
 * @throws {InputError} where there is none
 */
export function songAt(path: string): Uint8Array {
  const midi = fileAt(path, 'a MIDI file');
  try {
    const notes = piecesOf(readMidi(midi)).reduce((count, piece) => count + notesOf(piece).length, 0);
    if (notes === 0) throw refused(path, 'there are no notes in it');
  } catch (error) {
    throw error instanceof MidiError ? refused(path, error.message) : error;
  }
  return midi;
}

/**
 * A file for another program, made of one in an artifact folder.
 * @param what the file holds, for messages
 * @throws {InputError} where it does not, or cannot be written so
 */
function converted(path: string, what: string, convert: (bytes: Uint8Array) => Uint8Array): Uint8Array {
  const bytes = fileAt(path, what);
  try {
    return convert(bytes);
  } catch (error) {
    const { message } = error as Error;
    throw refused(path, error instanceof ZodError ? `expected ${what}, as a stage writes it` : message);
  }
}

/** @throws {InputError} where there is no such file, or a far too long one */
function fileAt(path: string, what: string): Uint8Array {
  const kind = kindAt(path);
  if (kind !== 'file') {
    throw refused(path, kind === undefined ? 'there is no such file' : `expected ${what}, found a ${kind}`);
  }
  if (statSync(path).size > MOST_BYTES) throw refused(path, `expected ${what}, found a file of more than 100 MB`);
  return readFileSync(path);
}

function refused(place: string, message: string): InputError {
  return new InputError([{ place, message }]);
}
