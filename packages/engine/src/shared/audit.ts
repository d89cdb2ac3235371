import { join } from 'node:path';
import { type CachedStage, parseRecord } from '../cache/cache-layout.js';
import { StageCache } from '../cache/stage-cache.js';
import { digestOf } from '../plan/fingerprint.js';
import type { Executor } from '../run/execute-stage.js';
import type { TaskFile } from '../run/stage-inputs.js';
import type { Progress, Stage } from '../stage.js';
import type { ObjectStore } from './object-store.js';
import { checkedFingerprint, parseTask, type RemoteTask } from './remote-task.js';
import { contentKey, recordKey, recordUnder, SharedCache } from './shared-cache.js';

interface AuditOptions {
  readonly store: ObjectStore;
  readonly stages: readonly Stage[];
  /** an empty workspace, which nobody else uses */
  readonly folder: string;
  /** runs stages in `folder` */
  readonly executor: Executor;
  /** what computes here */
  readonly kind: string;
  /** records of machines of other kinds are compared as well, although they may differ by rights */
  readonly anyKind?: boolean | undefined;
  /** records that are compared, if there are as many */
  readonly sample: number;
  /** says which */
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly started?: (stage: string) => void;
  readonly progress?: (progress: Progress) => void;
}

/** Why a record cannot be compared. */
type Reason = 'other-kind' | 'other-build' | 'task-gone' | 'inputs-gone' | 'damaged';

interface SuspectRecord {
  readonly fingerprint: string;
  readonly stage?: string;
  /** what kind of machine wrote it, as it says */
  readonly madeOn?: string | undefined;
  readonly why: string;
}

interface Audit {
  readonly records: number;
  readonly compared: number;
  readonly suspect: readonly SuspectRecord[];
  readonly skipped: Readonly<Record<Reason, number>>;
}

interface Audited {
  readonly fingerprint: string;
  /** the kind of machine that it is for */
  readonly wanted: string | undefined;
  readonly record: CachedStage;
  readonly bytes: Uint8Array;
}

type Verdict = { readonly skipped: Reason } | { readonly suspect?: Omit<SuspectRecord, 'fingerprint' | 'madeOn'> };

/**
 * Looks for forged records in a store: takes some at random, runs their stages here from what they say that they were made from, and compares what comes
 * out. Whoever forges a record is free in all of it but one thing: its fingerprint has to follow from its task, or nobody would ask for it.
 * @example
 * const { suspect } = await auditStore({ store, stages, folder, executor, kind, sample: 10, seed: 1, signal });
 * suspect[0]; // { fingerprint: '9f86…', stage: 'train', madeOn: 'avx2-linux-x64', why: 'model: 3368be17aa02 instead of 88d4266fd4e6' }
 */
export async function auditStore(options: AuditOptions): Promise<Audit> {
  const { store, sample, seed, signal } = options;
  const keys: string[] = [];
  for await (const { key } of store.list(recordKey(''))) keys.push(key);
  const skipped = { 'other-kind': 0, 'other-build': 0, 'task-gone': 0, 'inputs-gone': 0, damaged: 0 };
  const suspect: SuspectRecord[] = [];
  let compared = 0;
  const auditor = new Auditor(options);
  for (const key of shuffled(keys, seed)) {
    signal.throwIfAborted();
    if (compared === sample) break;
    const bytes = await store.get(key, signal);
    if (bytes === undefined) continue;
    const record = parseRecord(bytes);
    const { fingerprint, kind } = recordUnder(key);
    const verdict: Verdict = record
      ? await auditor.verdict({ fingerprint, wanted: kind, record, bytes })
      : { skipped: 'damaged' };
    if ('skipped' in verdict) {
      skipped[verdict.skipped]++;
      continue;
    }
    compared++;
    if (verdict.suspect) suspect.push({ fingerprint, madeOn: record!.madeOn, ...verdict.suspect });
  }
  return { records: keys.length, compared, suspect, skipped };
}

/** The same order for the same seed, whatever order they come in. */
function shuffled(keys: readonly string[], seed: number): string[] {
  const places = new Map(keys.map((each) => [each, digestOf(`${seed} ${each}`)]));
  return [...keys].sort((a, b) => (places.get(a)! < places.get(b)! ? -1 : 1));
}

class Auditor {
  readonly #options: AuditOptions;
  readonly #local: StageCache;
  readonly #shared: SharedCache;

  constructor(options: AuditOptions) {
    const warn = () => {};
    this.#options = options;
    this.#local = new StageCache(join(options.folder, '.etude', 'cache'), { warn });
    this.#shared = new SharedCache(options.store, this.#local, { warn, readOnly: true });
  }

  async verdict({ fingerprint, wanted, record: said, bytes }: Audited): Promise<Verdict> {
    const { task: digest, madeOn } = said;
    const { stages, kind, anyKind = false } = this.#options;
    // All that share a stage say it.
    if (digest === undefined) return { suspect: { why: 'it does not say what it was made from' } };
    const stored = await this.#options.store.get(contentKey(digest));
    if (stored === undefined || digestOf(stored) !== digest) return { skipped: 'task-gone' };
    let task: RemoteTask;
    try {
      task = parseTask(stored);
    } catch (error) {
      return { suspect: { why: (error as Error).message } };
    }
    const { present } = task;
    const suspect = (why: string): Verdict => ({ suspect: { stage: present.stage, why } });
    const stage = stages.find(({ name, version }) => name === present.stage && version === present.version);
    if (stage === undefined) return { skipped: 'other-build' };
    try {
      if (checkedFingerprint(task, stage) !== fingerprint) return suspect('its task is that of another stage');
    } catch (error) {
      return suspect((error as Error).message);
    }
    const record = parseRecord(bytes, stage.outputs);
    if (record === undefined) return suspect('its outputs are not those of the stage');
    if (wanted !== undefined && madeOn !== wanted) return suspect(`it is for machines of kind ${wanted}`);
    if (madeOn !== kind && !anyKind) return { skipped: 'other-kind' };
    const files = await this.#bring(task);
    if (files === undefined) return { skipped: 'inputs-gone' };
    const why = await this.#difference(task, files, record);
    return why === undefined ? {} : suspect(why);
  }

  /** Brings here what a task reads; undefined where it is not all there. */
  async #bring({ present, files }: RemoteTask): Promise<Record<string, TaskFile[]> | undefined> {
    const read = [...Object.values(present.inputs ?? {}), ...Object.values(files)].flat();
    for (const { digest } of read) if ((await this.#shared.content(digest)) === undefined) return undefined;
    return Object.fromEntries(
      Object.entries(files).map(([parameter, list]) => [
        parameter,
        list.map((file) => ({ ...file, location: this.#local.locationOf(file.digest) })),
      ]),
    );
  }

  /** How what comes out here differs from what a record says. */
  async #difference(
    task: RemoteTask,
    files: Record<string, TaskFile[]>,
    { outputs }: CachedStage,
  ): Promise<string | undefined> {
    const { executor, signal, started, progress = () => {} } = this.#options;
    started?.(task.present.stage);
    let made: CachedStage;
    try {
      // A checkpoint that somebody else has left would be a way to forge as well.
      made = await executor.execute(
        { ...task, files, fresh: true },
        { signal, progress, start() {}, say() {}, warn() {} },
      );
    } catch (error) {
      signal.throwIfAborted();
      return `it fails here: ${(error as Error).message}`;
    }
    const differences = Object.entries(made.outputs).flatMap(([port, artifacts]) => {
      const [here, there] = [artifacts, outputs[port]!].map((list) => list.map(({ digest }) => digest.slice(0, 12)));
      const isSame = artifacts.map(({ digest }) => digest).join() === outputs[port]!.map(({ digest }) => digest).join();
      return isSame ? [] : [`${port}: ${there!.join(' ')} instead of ${here!.join(' ')}`];
    });
    return differences.length === 0 ? undefined : differences.join('; ');
  }
}
