import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import { encodeAudio } from '@etude/audio';
import { InputError, StageError } from '@etude/engine';
import { plainText } from '@etude/report';
import { heard, songAt } from './export.js';
import { interruptible } from './interruptible.js';

/** What plays a sound file and ends with it, by system; `FILE` stands for the file. The first that is there is taken. */
const PLAYERS: Partial<Record<NodeJS.Platform, readonly (readonly string[])[]>> = {
  darwin: [['afplay', 'FILE']],
  win32: [['powershell.exe', '-NoProfile', '-Command', "(New-Object Media.SoundPlayer 'FILE').PlaySync()"]],
};
const OTHER_PLAYERS = [
  ['pw-play', 'FILE'],
  ['paplay', 'FILE'],
  ['aplay', '--quiet', 'FILE'],
  ['ffplay', '-nodisp', '-autoexit', '-loglevel', 'error', 'FILE'],
  ['play', '-q', 'FILE'],
];

/** What opens a page in the browser, where there may be no player (freedesktop.org, xdg-utils). */
const OPENER = 'xdg-open';

/**
 * Plays songs one after the other: with the sounds of the page by a program of the system, or through a MIDI port. Where the system
 * has nothing that plays, the page of the experiment is opened, or named where there is no browser either.
 */
export async function playCommand(paths: readonly string[], { port }: { port?: string }): Promise<void> {
  const songs = paths.map((path) => ({ path, midi: songAt(path) }));
  await interruptible(async (signal) => {
    for (const { path, midi } of songs) {
      console.log(plainText(path));
      await (port === undefined ? playSound(path, midi, signal) : playThrough(port, path, signal));
    }
  });
}

async function playSound(path: string, midi: Uint8Array, signal: AbortSignal): Promise<void> {
  const command = (PLAYERS[process.platform] ?? OTHER_PLAYERS).find(([program]) => isThere(program!));
  if (command === undefined) {
    // artifacts/NAME/render/song-1.mid belongs to artifacts/NAME/report.html.
    const page = join(dirname(dirname(resolve(path))), 'report.html');
    if (existsSync(page) && isThere(OPENER) && (await exitCodeOf([OPENER, page], signal)) === 0) {
      console.log(`this system has nothing that plays sound; ${plainText(page)} was opened in its place`);
      return;
    }
    const wanted = `one of ${OTHER_PLAYERS.map(([program]) => program).join(', ')}`;
    const instead = existsSync(page) ? `; ${page} plays it in a browser` : '';
    throw new InputError([{ place: path, message: `this system has nothing that plays sound (${wanted})${instead}` }]);
  }
  const folder = mkdtempSync(join(tmpdir(), 'etude-play-'));
  try {
    const file = join(folder, `${basename(path)}.wav`);
    await writeFile(file, await encodeAudio(await heard(midi, signal), 'wav'));
    signal.throwIfAborted();
    await run(
      command.map((part) => part.replace('FILE', file)),
      signal,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Through a port of ALSA, which may be a synthesizer, an instrument or another program. */
async function playThrough(port: string, path: string, signal: AbortSignal): Promise<void> {
  if (!isThere('aplaymidi')) {
    throw new InputError([
      { place: '--port', message: 'MIDI ports are played through aplaymidi (ALSA), which is not there' },
    ]);
  }
  await run(['aplaymidi', '--port', port, resolve(path)], signal);
}

function isThere(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
}

/** @throws {StageError} where a program fails that nobody stopped */
async function run(command: readonly string[], signal: AbortSignal): Promise<void> {
  const code = await exitCodeOf(command, signal);
  if (code !== 0) throw new StageError(`${command[0]} could not play it (exit code ${code})`);
}

async function exitCodeOf([program, ...args]: readonly string[], signal: AbortSignal): Promise<number | null> {
  const child = spawn(program!, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const stop = () => child.kill();
  signal.addEventListener('abort', stop);
  const code = await new Promise<number | null>((done, failed) => child.on('close', done).on('error', failed));
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
  return code;
}
