import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { isPlainFile } from '@etude/engine';
import { EVENT_LOG } from '../event-log.js';
import type { RunEvent } from '../run-events.js';
import { LiveRunState } from './live-run.js';

/** What is told of a run from its `events.jsonl`, which another process writes. */
export class FollowedLog {
  readonly #experiment: string;
  readonly #folder: string;
  /** of the file that was read: which one it is, and how much of it */
  #read = { file: -1, bytes: 0 };
  #rest = '';
  state: LiveRunState;

  /** @param folder of the experiment's artifacts */
  constructor(experiment: string, folder: string) {
    this.#experiment = experiment;
    this.#folder = folder;
    this.state = new LiveRunState(experiment, folder);
  }

  /**
   * Reads what has been written since.
   * @returns whether there was anything
   */
  readOn(): boolean {
    const path = join(this.#folder, EVENT_LOG);
    if (!isPlainFile(path)) return false;
    const file = openSync(path, 'r');
    try {
      const { ino, size } = fstatSync(file);
      if (ino !== this.#read.file || size < this.#read.bytes) {
        this.#read = { file: ino, bytes: 0 };
        this.#rest = '';
        this.state = new LiveRunState(this.#experiment, this.#folder);
      }
      const bytes = Buffer.alloc(size - this.#read.bytes);
      const count = readSync(file, bytes, 0, bytes.length, this.#read.bytes);
      this.#read.bytes += count;
      // What a line ends with is never a part of a character.
      const lines = `${this.#rest}${bytes.toString('latin1', 0, count)}`.split('\n');
      this.#rest = lines.pop()!;
      for (const line of lines) this.#hear(Buffer.from(line, 'latin1').toString());
      return count > 0;
    } finally {
      closeSync(file);
    }
  }

  #hear(line: string): void {
    try {
      this.state.hear(JSON.parse(line) as RunEvent);
    } catch {
      // Whatever else stands in the file was not written by a run.
    }
  }
}
