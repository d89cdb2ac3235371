import { spawnSync } from 'node:child_process';

/** Runs a command whose output matters only when it fails. */
export function runQuietly(command, args, options = {}) {
  const result = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28, timeout: 1_800_000, ...options });
  if (result.status !== 0) {
    throw new Error(`${command} failed: ${result.error?.message ?? lastLine(`${result.stdout}\n${result.stderr}`)}`);
  }
  return result.stdout;
}

export function works(command, args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/** @returns {string} the command of a C++ compiler */
export function findCompiler() {
  const found = [process.env.CXX, 'c++', 'g++', 'clang++'].find((name) => name && works(name, ['--version']));
  if (found === undefined) throw new Error('no C++ compiler (c++, g++ or clang++) was found');
  return found;
}

/** The last line of what a command said that is no place in a stack trace. */
export function lastLine(text) {
  return (
    text
      .trim()
      .split('\n')
      .filter((line) => !/^\s*at |^Node\.js/.test(line))
      .at(-1)
      ?.trim() || 'it said nothing'
  );
}
