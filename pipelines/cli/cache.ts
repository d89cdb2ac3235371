import { type CacheEntry, cacheContents, pruneCache, verifyCache } from '@etude/engine';
import { bytesIn, hoursIn } from './amounts.js';
import { EXIT } from './fail.js';
import { formatBytes, formatColumns, plainLines, printJson } from './print.js';
import { findWorkspace } from './workspace.js';

/** What the cache takes up, by experiment and stage. */
export async function cacheCommand({ json = false }: { json?: boolean }): Promise<void> {
  const { entries, unused, files } = await cacheContents(findWorkspace());
  const total = [...files.values()].reduce((sum, { size }) => sum + size, 0);
  const unusedBytes = unused.reduce((sum, digest) => sum + files.get(digest)!.size, 0);
  const stages = byStage(entries);
  if (json) {
    printJson({ bytes: total, unusedBytes, stages });
    return;
  }
  const rows = stages.map(({ experiment, stage, outputs, bytes, checkpointBytes, usedAt }) => [
    ...[experiment, stage, String(outputs), formatBytes(bytes), formatBytes(checkpointBytes)],
    usedAt.slice(0, 16).replace('T', ' '),
  ]);
  const head = ['experiment', 'stage', 'results', 'size', 'checkpoints', 'last used (UTC)'];
  if (rows.length > 0) console.log(formatColumns([head, ...rows], (column) => column >= 2 && column <= 4));
  const rest = unusedBytes > 0 ? `, ${formatBytes(unusedBytes)} of it left over from runs that were stopped` : '';
  console.log(`${formatBytes(total)} in ${files.size} files${rest}`);
}

interface PruneCommandOptions {
  readonly olderThan?: string;
  readonly maxSize?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Drops what is not needed, and says what. */
export async function pruneCommand({ olderThan, maxSize, dryRun, json }: PruneCommandOptions): Promise<void> {
  const hours = hoursIn('--older-than', olderThan);
  const { dropped, strays, freedBytes, leftBytes, running } = await pruneCache(findWorkspace(), {
    ...{ dryRun, maxBytes: bytesIn('--max-size', maxSize) },
    usedBefore: hours === undefined ? undefined : Date.now() - hours * 3_600_000,
  });
  if (json) {
    const entries = dropped.map(({ origin, kind, bytes, usedAt, why }) => ({
      ...{ ...origin, kind, bytes, usedAt: new Date(usedAt).toISOString(), why },
    }));
    printJson({ dropped: entries, strays, freedBytes, leftBytes, running });
    return;
  }
  for (const { origin, kind, bytes, why } of dropped)
    console.log(`${nameOf(origin)}  ${kind} ${formatBytes(bytes)} (${why})`);
  if (running.length > 0)
    console.log(`nothing was dropped of what is being run: ${running.map(plainLines).join(', ')}`);
  const what = `${dropped.length} ${dropped.length === 1 ? 'entry' : 'entries'} and ${strays} left-over files`;
  const left = `${formatBytes(leftBytes)} ${dryRun ? 'would be' : 'are'} left`;
  console.log(`${dryRun ? 'would free' : 'freed'} ${formatBytes(freedBytes)} of ${what}; ${left}`);
}

/** Reads everything that is in the cache, and drops what is damaged. */
export async function verifyCommand({ json = false }: { json?: boolean }): Promise<void> {
  const { files, bytes, damaged } = await verifyCache(findWorkspace());
  if (damaged.length > 0) process.exitCode = EXIT.failed;
  if (json) {
    printJson({ files, bytes, damaged });
    return;
  }
  for (const digest of damaged) {
    console.log(`${digest.slice(0, 12)} was damaged; it is dropped, and made again when it is needed`);
  }
  console.log(`${files} files of ${formatBytes(bytes)} read, ${damaged.length} damaged`);
}

function nameOf(origin: CacheEntry['origin']): string {
  return origin ? plainLines(`${origin.experiment}/${origin.stage}`) : '(unknown)';
}

function byStage(entries: readonly CacheEntry[]) {
  const rows = new Map<string, CacheEntry[]>();
  for (const entry of entries) {
    const name = nameOf(entry.origin);
    rows.set(name, [...(rows.get(name) ?? []), entry]);
  }
  const sum = (of: readonly CacheEntry[], kind: CacheEntry['kind']) =>
    of.filter((entry) => entry.kind === kind).reduce((bytes, entry) => bytes + entry.bytes, 0);
  return [...rows.values()]
    .map((own) => ({
      ...{ experiment: own[0]!.origin?.experiment ?? '(unknown)', stage: own[0]!.origin?.stage ?? '(unknown)' },
      ...{ outputs: own.filter(({ kind }) => kind === 'outputs').length, bytes: sum(own, 'outputs') },
      ...{ checkpointBytes: sum(own, 'checkpoint') },
      usedAt: new Date(own.reduce((latest, { usedAt }) => Math.max(latest, usedAt), 0)).toISOString(),
    }))
    .sort((a, b) => a.experiment.localeCompare(b.experiment) || b.bytes - a.bytes);
}
