import { InputError, MOST_PROBLEMS, StageError } from '@etude/engine';
import { CommanderError } from 'commander';
import { plainLines, printJson } from './print.js';

/** Exit codes: 0 done, 1 a stage failed, 2 the user's input is wrong, 130 interrupted. */
export const EXIT = { failed: 1, wrongInput: 2, interrupted: 130 } as const;

/** What the system says when it, not Etude, is at its limits; the code is all that a user needs. */
const SYSTEM_PROBLEMS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files on this machine',
  EFBIG: 'the file would be larger than the system allows',
  EIO: 'the disk or its connection has a fault',
  EISDIR: 'a folder is where a file should be',
  ENOTDIR: 'a file is where a folder should be',
  EEXIST: 'something else is in the way',
  ENAMETOOLONG: 'the name is too long for this file system',
  ELOOP: 'symbolic links lead round to themselves',
  ERR_FS_FILE_TOO_LARGE: 'a file is larger than 2 GiB',
};

/** An error in words for its reader; with a stack trace only where it is a fault of Etude's own. */
export function describeError(error: unknown): string {
  if (error instanceof InputError || error instanceof StageError) return error.message;
  if (!(error instanceof Error)) return String(error);
  const { code = '', path, message, stack } = error as NodeJS.ErrnoException;
  const problem = SYSTEM_PROBLEMS[code];
  if (problem !== undefined) return `${problem}${path ? `: ${path}` : ` (${message})`}`;
  return `unexpected error, a fault of Etude's own: ${stack ?? message}`;
}

/** Ends a command that threw, with the exit code that fits. */
export function fail(error: unknown): void {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : EXIT.wrongInput;
    return;
  }
  process.exitCode = error instanceof InputError ? EXIT.wrongInput : EXIT.failed;
  if (process.argv.includes('--json')) {
    const problems = error instanceof InputError ? error.problems : [{ message: describeError(error) }];
    const more = problems.length - MOST_PROBLEMS;
    printJson({ error: { problems: problems.slice(0, MOST_PROBLEMS), ...(more > 0 && { more }) } });
  }
  console.error(plainLines(describeError(error)));
}
