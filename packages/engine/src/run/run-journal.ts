import { isDeepStrictEqual } from 'node:util';
import type { Artifact } from '../cache/stage-cache.js';
import type { Plan } from '../plan/plan.js';
import { artifactFolder, type RunRecord, readRunRecord, type StageRecord, writeRunRecord } from './run-record.js';

/**
 * What a run did so far. `run.json` is brought up to date before the artifact folder differs from what it says and after a
 * stage has run; a run that finds everything as it was writes it once, at its end.
 */
export class RunJournal {
  /** what is known of each stage that the run came to, by name */
  readonly #stages = new Map<string, StageRecord>();
  readonly #plan: Plan;
  readonly #versions: Readonly<Record<string, string>> | undefined;
  readonly #folder: string;
  readonly #writable: boolean;
  readonly #startedAt = Date.now();
  /** of the run before, by name */
  readonly #previous: ReadonlyMap<string, StageRecord>;
  #saved = false;
  /** ends when nothing is being written */
  #saving: Promise<void> = Promise.resolve();

  constructor(
    plan: Plan,
    { versions, writable }: { versions: Readonly<Record<string, string>> | undefined; writable: boolean },
  ) {
    this.#plan = plan;
    this.#versions = versions;
    this.#writable = writable;
    this.#folder = artifactFolder(plan.workspace, plan.experiment);
    this.#previous = new Map(readRunRecord(this.#folder)?.stages.map((stage) => [stage.name, stage]));
  }

  previous(stage: string): StageRecord | undefined {
    return this.#previous.get(stage);
  }

  /** What earlier runs left in a stage's folder. */
  left(stage: string): readonly Artifact[] {
    const { outputs = [], left = [] } = this.#previous.get(stage) ?? {};
    return [...outputs, ...left];
  }

  /** What a record says of a stage without outputs: what may be in its folder, for the next run to remove. */
  unmade(stage: string, reasons: readonly string[], written: readonly Artifact[] = []) {
    // Where both have a file, the folder may hold either; the earlier one is what counts as changed by somebody else.
    const left = new Map([...written, ...this.left(stage)].map((artifact) => [artifact.path, artifact]));
    return {
      ...{ status: 'skipped' as const, reasons, seconds: 0, outputs: [] },
      ...(left.size > 0 && { left: [...left.values()] }),
    };
  }

  /** Before a stage's folder is written. */
  async willPublish(present: StageRecord, artifacts: readonly Artifact[]): Promise<void> {
    const { name } = present;
    if (isDeepStrictEqual(this.left(name), artifacts)) return;
    this.add({ ...present, ...this.unmade(name, ['its folder was being written'], artifacts) });
    await this.save('unfinished');
  }

  /** After a stage's folder was written, or found to be right. */
  async published(record: StageRecord): Promise<void> {
    this.add(record);
    if (this.#saved || record.status === 'ran') await this.save('unfinished');
  }

  /** What a stage came to, in place of what was known of it. */
  add(record: StageRecord): void {
    this.#stages.set(record.name, record);
  }

  record(status: RunRecord['status']): RunRecord {
    return {
      experiment: this.#plan.experiment,
      config: this.#plan.config,
      pipeline: this.#plan.pipeline,
      status,
      startedAt: new Date(this.#startedAt).toISOString(),
      seconds: Math.round(Date.now() - this.#startedAt) / 1000,
      versions: { node: process.versions.node, platform: `${process.platform}-${process.arch}`, ...this.#versions },
      stages: this.#plan.stages.flatMap(({ name }) => this.#stages.get(name) ?? []),
    };
  }

  /** One after the other, so that what is written last is what is known last. */
  save(status: RunRecord['status']): Promise<void> {
    const saved = this.#saving.then(() => this.#save(status));
    this.#saving = saved.catch(() => {});
    return saved;
  }

  async #save(status: RunRecord['status']): Promise<void> {
    if (!this.#writable) return;
    const stages = this.#plan.stages.flatMap(({ name }): StageRecord[] => {
      const [record, previous] = [this.#stages.get(name), this.#previous.get(name)];
      if (record !== undefined) return [record];
      return previous ? [{ ...previous, ...this.unmade(name, ['the run did not come to it']) }] : [];
    });
    await writeRunRecord(this.#folder, { ...this.record(status), stages });
    this.#saved = true;
  }
}
