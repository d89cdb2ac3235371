import * as z from 'zod';
import type { Origin } from '../cache/cache-layout.js';
import { canonicalJson } from '../plan/fingerprint.js';
import type { Plan, PlannedStage } from '../plan/plan.js';
import { presentOf, readFiles, type WorkspaceFiles } from '../run/stage-inputs.js';
import { named, type Outputs } from '../run/stage-outputs.js';
import { type Stage, stageOf } from '../stage.js';
import { filesForOthers, remoteTask, taskBytes } from './remote-task.js';
import type { SharedCache } from './shared-cache.js';

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const names = z.record(z.string(), z.string());
const file = z.strictObject({ path: z.string(), name: z.string(), digest });
const plannedStage = z.strictObject({
  name: z.string(),
  stage: z.string(),
  version: z.int(),
  params: z.record(z.string(), z.unknown()),
  files: z.record(z.string(), z.array(file)),
  inputs: names,
  outputs: names,
  producers: names,
});
const remotePlan = z.strictObject({
  experiment: z.string(),
  config: z.string(),
  stages: z.array(plannedStage),
  /** of machine that has to run all of it; left out: any may */
  kind: z.string().exactOptional(),
});

/** A plan as other machines get it: stages by name and version, files by digest. */
type RemotePlan = z.output<typeof remotePlan>;

/**
 * A plan as bytes; the same plan has the same bytes.
 * @param files of each stage by name, with their digests
 */
function remotePlanBytes(
  { experiment, config, stages }: Plan,
  files: ReadonlyMap<string, WorkspaceFiles>,
  kind: string | undefined,
): Uint8Array {
  const plan: RemotePlan = {
    ...{ experiment, config, ...(kind !== undefined && { kind }) },
    stages: stages.map(({ name, stage, params, inputs, outputs, producers }) => ({
      ...{ name, stage: stage.name, version: stage.version, params, inputs, outputs, producers },
      files: filesForOthers(files.get(name)!),
    })),
  };
  return Buffer.from(canonicalJson(plan)!);
}

/**
 * Puts a plan where machines find it that share a store, with the files that it reads.
 * @param how.known digests of files that are there, which get those that this call puts
 * @param how.kind of machine that has to run all of it
 * @returns the SHA-256 of the plan; the same plan has the same one
 */
export async function submitPlan(
  plan: Plan,
  shared: SharedCache,
  { known = new Set(), kind }: { known?: Set<string> | undefined; kind?: string | undefined } = {},
): Promise<string> {
  const files = new Map<string, WorkspaceFiles>();
  for (const planned of plan.stages) {
    const found = await readFiles(planned);
    files.set(planned.name, found);
    for (const file of Object.values(found).flat()) {
      if (!known.has(file.digest)) known.add(await shared.put(file.bytes()));
    }
  }
  return shared.put(remotePlanBytes(plan, files, kind));
}

/** A stage that is to be run somewhere, and what has to be known of it. */
interface ReadyStage {
  readonly name: string;
  readonly fingerprint: string;
  /** SHA-256 of its task, which the shared cache has */
  readonly task: string;
}

export interface Advance {
  /** names of the stages that are done */
  readonly done: readonly string[];
  /** stages whose inputs are all there */
  readonly ready: readonly ReadyStage[];
  /** of machine that has to run them */
  readonly kind?: string;
}

/**
 * How far a run can go: which stages are done, since the shared cache has them, and which are to be run now. Nothing is kept from one call to the
 * next, so that any machine can make any of them.
 * @param sharedBy the shared cache as it counts for a kind of machine
 * @param verify whether artifacts of stages are read as well, which finds those that are lost
 */
export async function advance(
  bytes: Uint8Array,
  stages: readonly Stage[],
  sharedBy: (kind: string | undefined) => SharedCache,
  verify = false,
): Promise<Advance> {
  const plan = remotePlan.parse(JSON.parse(Buffer.from(bytes).toString()));
  const ofKind = plan.kind === undefined ? {} : { kind: plan.kind };
  const shared = sharedBy(plan.kind);
  const outputs = new Map<string, Outputs>();
  const done: string[] = [];
  const ready: ReadyStage[] = [];
  const fingerprints = new Map<string, string>();
  for (const each of plan.stages) {
    const planned = {
      ...each,
      stage: stageOf(stages, each),
      origin: () => undefined,
      files: {},
    } satisfies PlannedStage;
    const present = presentOf(planned, each.files as unknown as WorkspaceFiles, outputs);
    if (present.fingerprint === undefined) continue;
    fingerprints.set(each.name, present.fingerprint);
    const cached = await shared.record(present.fingerprint, planned.stage.outputs);
    if (cached && !(verify && !(await shared.isWhole(cached)))) {
      done.push(each.name);
      outputs.set(each.name, named(planned, cached));
      continue;
    }
    if (cached) await shared.forget(present.fingerprint);
    const origin: Origin = { experiment: plan.experiment, config: plan.config, stage: each.name };
    const task = remoteTask(
      { present, params: each.params, producers: each.producers, files: each.files, origin, fresh: false },
      Object.fromEntries(Object.values(each.producers).map((name) => [name, fingerprints.get(name)!])),
    );
    const stored = await shared.put(taskBytes({ ...task, ...ofKind }));
    ready.push({ name: each.name, fingerprint: present.fingerprint, task: stored });
  }
  return { done, ready, ...ofKind };
}
