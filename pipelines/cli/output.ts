import { fstatSync, writeSync } from 'node:fs';
import { describeError, EXIT } from './fail.js';

/** What a pipe or a terminal says whose reader went away, and a stream after its first error. */
const READER_GONE = new Set(['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED']);

/**
 * Output that cannot be written does not end the work. Where its reader has seen enough (`etude run … | head`) or the terminal was
 * closed, that is all; any other failure, such as a full disk, is told once on standard error and makes the exit code 1.
 */
export function guardOutput(): void {
  let lost = false;
  for (const [name, fd, stream] of [
    ['standard output', 1, process.stdout],
    ['standard error', 2, process.stderr],
  ] as const) {
    const file = isFile(fd);
    if (file) stream._write = (chunk, _, done) => done(writeCompletely(fd, chunk));
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (lost || (!file && READER_GONE.has(error.code ?? ''))) return;
      lost = true;
      console.error(`error: ${name}: ${describeError(error)}`);
    });
  }
  process.on('exit', () => {
    if (lost) process.exitCode ||= EXIT.failed;
  });
}

/** Node gives a file each chunk once, and loses what the file does not take. */
function writeCompletely(fd: number, chunk: Uint8Array): Error | null {
  try {
    for (let at = 0; at < chunk.length; ) at += writeSync(fd, chunk, at);
    return null;
  } catch (error) {
    return error as Error;
  }
}

function isFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile();
  } catch {
    return false;
  }
}
