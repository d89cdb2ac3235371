import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { ClusterError } from '../cluster-error.js';

/** A server that was started here and ends with this process, however that ends. */
export interface ServerProcess {
  /** of its process group (on Windows: of the server) */
  readonly pid: number;
  /** resolves when it has ended, whether it was asked to or not */
  readonly ended: Promise<void>;
  /**
   * Ends it, and waits until it has ended.
   * @param how `kill`: at once, as a crash would; by default it is asked to, and killed after ten seconds
   */
  stop(how?: 'kill'): Promise<void>;
}

export interface ServerCommand {
  /** for messages: `Temporal` */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** all of it: nothing else is passed on */
  readonly environment: NodeJS.ProcessEnv;
  /** file that what it prints is added to */
  readonly log: string;
  /** whether it can be used by now; rejects where not */
  readonly answers: () => Promise<unknown>;
  readonly signal?: AbortSignal | undefined;
}

const START_MS = 60_000;
const STOP_MS = 10_000;
const POLL_MS = 100;

/**
 * Keeps a server from outliving this process. File descriptor 3 is a socket to this process: it ends when this process does, even by kill -9. The server
 * has it as well, so that this process sees it end when the last of them has ended.
 */
const GUARD = `
"$@" &
server=$!
{ read -r _ <&3; kill -TERM $server; sleep ${STOP_MS / 1000} 3<&-; kill -KILL $server; } >/dev/null 2>&1 &
guard=$!
wait $server
code=$?
kill $guard
exit $code`;

/**
 * Starts a server and waits until it can be used.
 * @throws {ClusterError} where it does not start, with the last line that it printed
 * @example
 * const server = await startServer({ name: 'S3', command: 'versitygw', args, environment, log, answers: () => fetch(endpoint) });
 * await server.stop();
 */
export async function startServer(command: ServerCommand): Promise<ServerProcess> {
  const { name, log, answers, signal } = command;
  const child = launch(command);
  const control = child.stdio[3] as Socket | undefined;
  let over = false;
  const ended = new Promise<void>((resolve) => {
    const end = () => {
      over = true;
      resolve();
    };
    child.once('error', end);
    child.once('close', end);
    control?.resume();
  });
  const stop = async (how?: 'kill') => {
    if (over) return;
    if (how === 'kill') kill(child);
    else if (process.platform === 'win32') child.kill();
    else control?.end();
    const late = setTimeout(() => kill(child), STOP_MS + 2000);
    await ended;
    clearTimeout(late);
  };
  try {
    for (const startedAt = Date.now(); ; ) {
      signal?.throwIfAborted();
      const ready = await answers().then(
        () => true,
        () => false,
      );
      if (over) throw new ClusterError(`${name} did not start: ${lastLine(log)} (${log})`);
      if (ready) break;
      if (Date.now() - startedAt > START_MS)
        throw new ClusterError(`${name} did not answer within ${START_MS / 1000} s; see ${log}`);
      await sleep(POLL_MS);
    }
  } catch (error) {
    await stop('kill');
    throw error;
  }
  return { pid: child.pid!, ended, stop };
}

function launch({ command, args, environment, log }: ServerCommand): ChildProcess {
  mkdirSync(dirname(log), { recursive: true });
  const output = openSync(log, 'a', 0o600);
  try {
    if (process.platform === 'win32')
      return spawn(command, args, { env: environment, stdio: ['ignore', output, output], windowsHide: true });
    // A process group of its own: Ctrl-C in the terminal is for this process, which stops the server when its turn has come.
    return spawn('/bin/sh', ['-c', GUARD, 'sh', command, ...args], {
      env: environment,
      stdio: ['ignore', output, output, 'pipe'],
      detached: true,
    });
  } finally {
    closeSync(output);
  }
}

function kill({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

/** What a server needs of the environment: where programs and temporary files are, and no credentials. */
export function plainEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const names = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ', 'SystemRoot', 'TEMP', 'TMP', 'USERPROFILE', 'LOCALAPPDATA'];
  return Object.fromEntries(names.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])));
}

/**
 * A port of 127.0.0.1 on which nothing listens.
 * @param wanted this one; by default any
 * @throws {ClusterError} where something listens there
 */
export function freePort(wanted = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', ({ code, message }: NodeJS.ErrnoException) =>
      reject(new ClusterError(code === 'EADDRINUSE' ? `port ${wanted} of 127.0.0.1 is taken` : message)),
    );
    server.listen(wanted, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function lastLine(log: string): string {
  const lines = stripVTControlCharacters(readFileSync(log, 'utf8')).split('\n');
  return lines.map((line) => line.trim()).findLast(Boolean) ?? 'it printed nothing';
}
