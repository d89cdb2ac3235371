import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { once, userCache } from '@etude/engine';
import { ClusterError } from '../cluster-error.js';

/** How the programs of servers are provided, which are fetched or made once per user. */
export interface Providing {
  /** told of what takes long */
  readonly say?: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
  /** says where the user's cache is: by default that of this process */
  readonly environment?: NodeJS.ProcessEnv;
}

interface Program {
  /** for messages: `moto` */
  readonly name: string;
  /** in the user's cache; another version is another folder */
  readonly place: readonly string[];
  /** fills the folder */
  readonly make: (aside: string) => Promise<void>;
}

/**
 * A program in the user's cache.
 * @returns its folder
 * @throws {ClusterError} where it cannot be made
 */
export async function provide(
  { name, place, make }: Program,
  { say = () => {}, signal, environment = process.env }: Providing,
): Promise<string> {
  try {
    return await once(join(userCache(environment), ...place), {
      ...{ make, signal, onDamage: say },
      onWait: (holder) => say(`${name} is being fetched by ${holder}; waiting for it`),
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw new ClusterError(`${name} could not be installed: ${(error as Error).message}`, { cause: error });
  }
}

const run = promisify(execFile);
const LONGEST_MS = 1_800_000;

/**
 * What a command prints.
 * @throws {Error} with the last line that it printed, where it fails
 */
export async function output(
  [command, ...args]: readonly [string, ...string[]],
  { signal, environment = process.env }: { signal?: AbortSignal | undefined; environment?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  try {
    const options = { env: environment, maxBuffer: 1 << 28, timeout: LONGEST_MS, signal };
    return (await run(command, args, options)).stdout.trim();
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
    const lines = stripVTControlCharacters(`${stdout}\n${stderr}`).split('\n');
    throw new Error(`${command}: ${lines.map((line) => line.trim()).findLast(Boolean) ?? message}`, { cause: error });
  }
}
