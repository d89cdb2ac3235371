import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { type AudioFormat, encodeAudio, renderAudio } from '@etude/audio';
import { InputError, kindAt, writeBeside } from '@etude/engine';
import { MidiError, readMidi } from '@etude/midi-reader';
import { modelFormat, modelToOnnx } from '@etude/model';
import { notesOf, piecesOf } from '@etude/music';
import { plainText } from '@etude/report';
import { learningCurveFormat, tensorBoardEvents } from '@etude/trainer';
import { formatBytes } from './print.js';
import { engrave, SHEET_FORMATS, type SheetFormat } from './sheet-music.js';

export interface ExportOptions {
  readonly to: AudioFormat | SheetFormat | 'tensorboard' | 'onnx';
  /** where it is written; left out: beside the file */
  readonly output?: string;
}

/** A longer file is no song. */
const MOST_BYTES = 100_000_000;

/** Writes songs as sound or sheet music, learning curves for TensorBoard, models as ONNX, each beside its file or where its user says. */
export async function exportCommand(paths: readonly string[], { to, output }: ExportOptions): Promise<void> {
  if (output !== undefined && paths.length > 1) {
    throw new InputError([{ place: '--output', message: 'several files cannot become one; leave it out' }]);
  }
  if (to === 'tensorboard') {
    const curves = paths.map((path) => ({ path, events: eventsAt(path) }));
    // TensorBoard knows its files by this beginning.
    for (const { path, events } of curves) {
      const name = `events.out.tfevents.${basename(path, extname(path))}`;
      await write(output ?? join(dirname(path), name), events);
    }
    return;
  }
  if (to === 'onnx') {
    const models = paths.map((path) => ({ path, bytes: onnxOf(path) }));
    for (const { path, bytes } of models) await write(output ?? besides(path, to), bytes);
    return;
  }
  const songs = paths.map((path) => ({ path, midi: songAt(path) }));
  for (const { path, midi } of songs) {
    const file = output ?? besides(path, to);
    if (isSheetFormat(to)) {
      const pages = await engrave(midi, to);
      for (const [i, page] of pages.entries()) await write(pages.length === 1 ? file : numbered(file, i + 1), page);
      continue;
    }
    const audio = await renderAudio(midi);
    const seconds = audio.left.length / audio.sampleRate;
    await write(file, await encodeAudio(audio, to), `${seconds.toFixed(1)} s, `);
  }
}

/** The path of a file of the same name beside it. */
function besides(path: string, extension: string): string {
  return join(dirname(path), `${basename(path, extname(path))}.${extension}`);
}

function isSheetFormat(format: string): format is SheetFormat {
  return (SHEET_FORMATS as readonly string[]).includes(format);
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
 * A learning curve, `train/learning-curve.csv` of an artifact folder, as events of the time when it was written.
 * @throws {InputError} where there is none
 */
function eventsAt(path: string): Uint8Array {
  const bytes = fileAt(path, 'a learning curve');
  try {
    return tensorBoardEvents(learningCurveFormat.parse(bytes), statSync(path).mtimeMs / 1000);
  } catch (error) {
    throw refused(path, (error as Error).message);
  }
}

/**
 * A model, `train/model.safetensors` of an artifact folder, for other programs.
 * @throws {InputError} where there is none, or one of a kind that cannot be written
 */
function onnxOf(path: string): Uint8Array {
  const bytes = fileAt(path, 'a model');
  try {
    return modelToOnnx(modelFormat.parse(bytes));
  } catch (error) {
    throw refused(path, (error as Error).message);
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
