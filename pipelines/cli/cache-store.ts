import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditStore, InputError, type Plan, pruneStore, Transfer, verifyStore } from '@etude/engine';
import { stages } from '../stages/index.js';
import { hoursIn } from './amounts.js';
import { sayOnStandardError } from './data.js';
import { experimentsIn } from './experiments.js';
import { describeError, EXIT } from './fail.js';
import { interruptible } from './interruptible.js';
import { processesIn } from './jobs.js';
import { machineKind } from './machine-kind.js';
import { formatBytes, plainLines, printJson } from './print.js';
import { withStore } from './shared-store.js';
import { findWorkspace, planFor, sweepOf } from './workspace.js';

const count = (n: number, what: string) => `${n.toLocaleString('en')} ${what}${n === 1 ? '' : 's'}`;
const warn = (message: string) => sayOnStandardError(`warning: ${message}`);
/** Milliseconds from one line of progress to the next. */
const LINE_EVERY = 10_000;

/**
 * Shares what the named experiments, or all of `experiments/`, have in the cache of the workspace; or brings here what they need.
 * @throws {InputError} where a named one is invalid, or no store is configured
 */
export async function transferCommand(
  way: 'push' | 'pull',
  experiments: readonly string[],
  { json = false }: { json?: boolean },
): Promise<void> {
  const workspace = findWorkspace();
  await interruptible((signal) =>
    withStore(workspace, signal, async (store) => {
      const moved = (stage: string, bytes: number) => sayOnStandardError(`${way}ed ${stage}  ${formatBytes(bytes)}`);
      const transfer = new Transfer({ store, workspace, warn, moved, signal });
      const kind = way === 'push' ? await machineKind() : '';
      for (const plan of plansOf(workspace, experiments))
        await (way === 'push' ? transfer.push(plan, kind) : transfer.pull(plan));
      const { result } = transfer;
      if (json) printJson(result);
      else {
        const [place, other] = way === 'push' ? ['in the store', 'here'] : ['here', 'in the store'];
        const missing = result.missing.length > 0 ? `, ${result.missing.length} not ${other} yet` : '';
        const words = `${way}ed ${count(result.moved, 'stage')} of ${formatBytes(result.movedBytes)}`;
        console.log(`${words}; ${result.there} were ${place} already${missing}`);
      }
    }),
  );
}

/** Plans of experiments and of all points of their sweeps. Of those that nobody named an invalid one is left out, with a warning. */
function* plansOf(workspace: string, named: readonly string[]): Generator<Plan> {
  const all = experimentsIn(workspace).flatMap(({ config }) => config ?? []);
  for (const config of named.length > 0 ? named : all.map((each) => join(workspace, each))) {
    try {
      const points = sweepOf({ config })?.points;
      if (points === undefined) yield planFor({ config });
      else for (const point of points) yield planFor({ config, point });
    } catch (error) {
      if (named.length > 0 || !(error instanceof InputError)) throw error;
      warn(`left out: ${describeError(error)}`);
    }
  }
}

/** Reads all that is in the store, and tells what is damaged. */
export async function verifyStoreCommand({ drop = false, json = false }: { drop?: boolean; json?: boolean }) {
  await interruptible((signal) =>
    withStore(findWorkspace(), signal, async (store) => {
      let toldAt = Date.now();
      const progress = (done: number) => {
        if (Date.now() - toldAt < LINE_EVERY) return;
        toldAt = Date.now();
        sayOnStandardError(`read ${count(done, 'object')}`);
      };
      const { damaged, ...read } = await verifyStore(store, { drop, signal, progress });
      if (damaged.length > 0) process.exitCode = EXIT.failed;
      if (json) {
        printJson({ ...read, damaged, dropped: drop });
        return;
      }
      for (const { key, why } of damaged) console.log(plainLines(`${key}: ${why}`));
      const rest = damaged.length > 0 ? (drop ? ', and dropped' : '; --drop removes what is damaged') : '';
      const words = `${count(read.objects, 'object')} of ${formatBytes(read.bytes)} read`;
      console.log(`${words}, ${count(read.records, 'record')}, ${damaged.length} damaged${rest}`);
    }),
  );
}

interface PruneStoreCommandOptions {
  readonly olderThan?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Drops what is old in the store, and what no record names. */
export async function pruneStoreCommand({ olderThan, dryRun = false, json = false }: PruneStoreCommandOptions) {
  const hours = hoursIn('--older-than', olderThan);
  await interruptible((signal) =>
    withStore(findWorkspace(), signal, async (store) => {
      const storedBefore = hours === undefined ? undefined : Date.now() - hours * 3_600_000;
      const pruned = await pruneStore(store, { storedBefore, dryRun, signal });
      if (json) {
        printJson(pruned);
        return;
      }
      const { records, checkpoints, contents, freedBytes, leftBytes } = pruned;
      const what = `${count(records, 'record')}, ${count(checkpoints, 'checkpoint')} and ${count(contents, 'file')} that no record names`;
      const left = `${formatBytes(leftBytes)} ${dryRun ? 'would be' : 'are'} left`;
      console.log(`${dryRun ? 'would free' : 'freed'} ${formatBytes(freedBytes)} of ${what}; ${left}`);
    }),
  );
}

interface AuditCommandOptions {
  readonly sample: number;
  readonly seed?: number;
  readonly anyKind?: boolean;
  readonly json?: boolean;
}

/** Why records are left out of an audit, in words. */
const SKIPPED = {
  'other-kind': 'of another kind of machine (--any-kind compares them)',
  'other-build': 'of stages that this version does not have',
  'task-gone': 'whose tasks are gone',
  'inputs-gone': 'whose inputs are gone',
  damaged: 'that are damaged',
} as const;

/** Runs stages of some records of the store again, and tells which came out differently. */
export async function auditCommand({ sample, seed = randomInt(2 ** 31), anyKind, json = false }: AuditCommandOptions) {
  await interruptible((signal) =>
    withStore(findWorkspace(), signal, async (store) => {
      const folder = mkdtempSync(join(tmpdir(), 'etude-audit-'));
      const executor = processesIn(folder, 1);
      try {
        const kind = await machineKind();
        const started = (stage: string) => sayOnStandardError(`running ${stage}`);
        const audit = await auditStore({
          ...{ store, stages, folder, executor, kind, anyKind, sample, seed, signal, started },
        });
        if (audit.suspect.length > 0) process.exitCode = EXIT.failed;
        if (json) printJson({ ...audit, kind, seed });
        else tellAudit(audit, seed);
      } finally {
        executor.close();
        rmSync(folder, { recursive: true, force: true });
      }
    }),
  );
}

function tellAudit({ records, compared, suspect, skipped }: Awaited<ReturnType<typeof auditStore>>, seed: number) {
  for (const { fingerprint, stage = 'unknown stage', madeOn = 'an unknown machine', why } of suspect)
    console.log(plainLines(`${fingerprint.slice(0, 12)} ${stage}, made on ${madeOn}: ${why}`));
  for (const [reason, words] of Object.entries(SKIPPED)) {
    const number = skipped[reason as keyof typeof SKIPPED];
    if (number > 0) console.log(`left out: ${count(number, 'record')} ${words}`);
  }
  const words = `${compared} of ${count(records, 'record')} compared, ${suspect.length} differ`;
  console.log(`${words}; the same sample again: --sample ${Math.max(1, compared)} --seed ${seed}`);
}
