import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { InputError, StageError, userCache } from '@etude/engine';

export type SheetFormat = 'musicxml' | 'pdf' | 'svg';

/** MuseScore's MIDI import and engraving. It is under the GPL, hence no part of Etude: a process of its own, installed by who wants it. */
const VERSION = '1.2.1';

/** Reads a MIDI file on standard input and writes a list of pages as JSON, each in base64, to file descriptor 3. */
const PROGRAM = `
delete globalThis.fetch; // With it the module looks for its own files on the network.
const { buffer } = require('node:stream/consumers');
const loaded = require(process.argv[1]);
const engraver = loaded.default ?? loaded;
const main = async () => {
  await engraver.ready;
  const score = await engraver.load('midi', new Uint8Array(await buffer(process.stdin)));
  const pages = [];
  if (process.argv[2] === 'musicxml') pages.push(await score.saveXml());
  else if (process.argv[2] === 'pdf') pages.push(await score.savePdf());
  else for (let page = 0, all = await score.npages(); page < all; page++) pages.push(await score.saveSvg(page, true));
  const text = JSON.stringify(pages.map((page) => Buffer.from(page).toString('base64')));
  require('node:fs').writeFileSync(3, text);
};
main().catch((error) => {
  console.error(error.message ?? error);
  process.exitCode = 1;
});
`;

/**
 * A MIDI file as sheet music.
 * @returns a file for each page where the format has one a page (SVG), else one
 * @throws {InputError} where the program that writes it is not installed
 * @throws {StageError} where it fails
 */
export async function engrave(midi: Uint8Array, format: SheetFormat): Promise<Uint8Array[]> {
  const folder = join(userCache(process.env), `webmscore-${VERSION}`);
  const program = join(folder, 'node_modules', 'webmscore');
  if (!existsSync(program)) {
    const install = `npm install --prefix "${folder}" --ignore-scripts webmscore@${VERSION}`;
    const message = `${format} is written by webmscore, which is under the GPL and no part of Etude (24 MB); this installs it: ${install}`;
    throw new InputError([{ place: '--to', message }]);
  }
  const child = spawn(process.execPath, ['-e', PROGRAM, program, format], {
    stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
  });
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
  // A program that ends early reads no more.
  (child.stdin as Writable).on('error', () => {}).end(midi);
  const [pages, said] = await Promise.all([buffer(child.stdio[3] as Readable), buffer(child.stderr as Readable)]);
  if ((await closed) !== 0) throw new StageError(`webmscore could not write ${format}: ${lastLine(said.toString())}`);
  return (JSON.parse(pages.toString()) as string[]).map((page) => Buffer.from(page, 'base64'));
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) || 'it does not say why';
}
