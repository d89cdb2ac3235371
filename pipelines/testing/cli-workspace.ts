import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** The real program. */
export const ETUDE = join(root, 'pipelines', 'bin', 'etude.js');

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** An experiment that is through within a second or two. */
export const TINY = `pipeline: song
extract-track:
  source: data/prelude-bwv-846.mid
train:
  layers: 1
  units: 8
  steps: 4
  batch: 4
  window: 8
  evaluateEvery: 2
sample:
  songs: 2
  length: 40
`;

/** The environment, but for the colours that Nx asks for: Node warns of them where a user has said that they want none. */
export function withoutColours(): NodeJS.ProcessEnv {
  return { ...process.env, FORCE_COLOR: undefined, NO_COLOR: undefined };
}

/** A workspace of its own in a temporary folder, and the real program to use in it. */
export class CliWorkspace {
  readonly folder: string;

  constructor(folder = mkdtempSync(join(tmpdir(), 'etude-cli-'))) {
    this.folder = folder;
    for (const path of ['pipelines/song.yaml', 'data/prelude-bwv-846.mid', 'data/canon-in-d.mid']) {
      mkdirSync(dirname(join(this.folder, path)), { recursive: true });
      cpSync(join(root, path), join(this.folder, path));
    }
    this.write('experiments/tiny.yaml', TINY);
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8');
  }

  bytes(path: string): Buffer {
    return readFileSync(this.path(path));
  }

  write(path: string, content: string | Uint8Array): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), content);
  }

  /** @param fileBlocks how long any file may get that the program writes, in blocks of 512 bytes */
  start(
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
    fileBlocks?: number,
  ): { child: ChildProcess; finished: Promise<Finished> } {
    const command = [process.execPath, ETUDE, ...args];
    if (fileBlocks !== undefined) command.unshift('sh', '-c', `ulimit -f ${fileBlocks}; exec "$0" "$@"`);
    const child = spawn(command[0]!, command.slice(1), {
      cwd: this.folder,
      env: { ...withoutColours(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    const finished = new Promise<Finished>((resolve) => {
      child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
    });
    return { child, finished };
  }

  etude(...args: string[]): Promise<Finished> {
    return this.start(args).finished;
  }

  /** A run's statuses by stage, from `--json`. */
  async statuses(...args: string[]): Promise<Record<string, string>> {
    const { stdout } = await this.etude('run', '--config', 'experiments/tiny.yaml', '--json', ...args);
    const { stages } = JSON.parse(stdout) as { stages: { name: string; status: string }[] };
    return Object.fromEntries(stages.map(({ name, status }) => [name, status]));
  }
}
