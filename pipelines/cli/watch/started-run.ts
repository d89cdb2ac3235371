import { type ChildProcess, spawn } from 'node:child_process';

/** Characters of what it says that are kept. */
const MOST_SAID = 2000;

/** A run in a process of its own. */
export class StartedRun {
  readonly #child: ChildProcess;
  /** what it wrote to standard error, the last of it */
  said = '';
  isStopping = false;
  /** resolves with its exit code, or null where a signal ended it */
  readonly ended: Promise<number | null>;

  /** @param config the experiment's file, from the workspace */
  constructor(workspace: string, config: string) {
    this.#child = spawn(process.execPath, [...process.execArgv, process.argv[1]!, 'run', config], {
      cwd: workspace,
      stdio: ['ignore', 'ignore', 'pipe'],
      // Ctrl-C in the terminal is for the server, which tells its runs once.
      detached: process.platform !== 'win32',
    });
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.said = (this.said + text).slice(-MOST_SAID);
    });
    this.ended = new Promise((ended) => {
      this.#child.on('close', ended).on('error', (error) => {
        this.said = error.message;
        ended(null);
      });
    });
  }

  /** Stops it as Ctrl-C does: it keeps what it has, and another one goes on from there. */
  stop(): void {
    if (this.isStopping) return;
    this.isStopping = true;
    this.#child.kill('SIGINT');
  }
}
