import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Artifact } from './stage-cache.js';
import { writeWhole } from './whole-file.js';

export type StageStatus = 'hit' | 'ran' | 'would-run' | 'failed' | 'skipped';

/** What a run did with one stage. */
export interface StageRecord {
  readonly name: string;
  readonly status: StageStatus;
  /** whether it failed because its user stopped the run */
  readonly interrupted?: boolean;
  /** why it ran, or what changed although it was in the cache */
  readonly reasons: readonly string[];
  /** how long it took this time */
  readonly seconds: number;
  readonly outputs: readonly Artifact[];
  readonly stage: string;
  readonly version: number;
  /** those that its outputs depend on */
  readonly params: Readonly<Record<string, unknown>>;
  /** what parameters name */
  readonly files: Readonly<Record<string, FileRecord>>;
  /** artifacts that came in, by door; absent where the stage before did not come to them */
  readonly inputs?: Readonly<Record<string, readonly Artifact[]>>;
  readonly fingerprint?: string;
  /** how long the stage took when its outputs were made */
  readonly madeInSeconds?: number;
  /** what the stage told its user then, such as what it measured */
  readonly said?: readonly string[];
}

/** A file that a parameter names; or several, with the digest of all of them. */
export interface FileRecord {
  /** workspace-relative; of several the folder that they are in */
  readonly path: string;
  readonly digest: string;
  /** of several: digest by name */
  readonly files?: Readonly<Record<string, string>>;
}

/** `run.json` of an artifact folder. */
export interface RunRecord {
  readonly experiment: string;
  readonly config: string;
  readonly pipeline: string;
  /** `unfinished` until the last stage is done, so also after a kill */
  readonly status: 'done' | 'failed' | 'unfinished';
  /** ISO 8601 */
  readonly startedAt: string;
  readonly seconds: number;
  /** versions of what ran: Node, operating system, … */
  readonly versions: Readonly<Record<string, string>>;
  readonly stages: readonly StageRecord[];
}

const FILE = 'run.json';

export function artifactFolder(workspace: string, experiment: string): string {
  return join(workspace, 'artifacts', experiment);
}

/** The record of a folder's last run; undefined where there is none, or none that can be read. */
export function readRunRecord(folder: string): RunRecord | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, FILE), 'utf8')) as RunRecord;
  } catch {
    return undefined;
  }
}

export async function writeRunRecord(folder: string, record: RunRecord): Promise<void> {
  await writeWhole(join(folder, FILE), `${JSON.stringify(record, undefined, 2)}\n`);
}
