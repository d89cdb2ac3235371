import { existsSync, type Stats } from 'node:fs';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import cacache from 'cacache';
import { locksIn, withFileLock } from '../files/file-lock.js';
import { removeStrays } from '../files/whole-file.js';
import { ownFoldersMustBeInside } from '../files/workspace-path.js';
import { digestOf } from '../plan/fingerprint.js';
import { experimentLock, PRUNE_LOCK } from '../run/locks.js';
import { runRecords } from '../run/run-record.js';
import { contentPath, digestIn, indexPath, type Origin, parseRecord } from './cache-layout.js';

/** Something that the cache keeps: what a stage wrote, or what it can go on from. */
export interface CacheEntry {
  readonly key: string;
  readonly kind: 'outputs' | 'checkpoint';
  /** who wrote it first; undefined in caches of before that was kept */
  readonly origin?: Origin;
  /** of all its content; that which another entry has as well counts in both */
  readonly bytes: number;
  /** when it was last written or read, by Date.now() */
  readonly usedAt: number;
  /** what it consists of */
  readonly digests: readonly string[];
}

export interface CacheContents {
  readonly entries: readonly CacheEntry[];
  /** digests of content that no entry has: left by runs that were killed, or of entries that were damaged */
  readonly unused: readonly string[];
  readonly files: ReadonlyMap<string, Stats>;
}

export interface PruneOptions {
  /** drop what has not been used since then, by Date.now() */
  readonly usedBefore?: number | undefined;
  /** drop what has not been used for longest until no more than this is left */
  readonly maxBytes?: number | undefined;
  readonly dryRun?: boolean | undefined;
}

export interface Pruned {
  readonly dropped: readonly (CacheEntry & { readonly why: 'experiment is gone' | 'old' | 'too much' })[];
  /** content of no entry, and temporary files of killed processes */
  readonly strays: number;
  readonly freedBytes: number;
  readonly leftBytes: number;
  /** experiments that are being run: nothing of theirs was dropped, and nothing that was used since they began */
  readonly running: readonly string[];
}

/** @throws {InputError} where it is elsewhere: what is no longer needed there may be needed by somebody else */
function cacheOf(workspace: string): string {
  ownFoldersMustBeInside(workspace);
  return join(workspace, '.etude', 'cache');
}

/**
 * What is in a workspace's cache.
 * @throws {InputError} where a folder of Etude in the workspace is a link or a file
 * @example
 * const { entries } = await cacheContents(workspace);
 * entries.map(({ kind, origin }) => [kind, origin?.stage]); // [['outputs', 'upper']] after a run of one stage
 */
export async function cacheContents(workspace: string): Promise<CacheContents> {
  const folder = cacheOf(workspace);
  const files = await contentFiles(folder);
  const entries: CacheEntry[] = [];
  for (const { key, integrity, metadata } of Object.values(await cacache.ls(folder))) {
    const digest = digestIn(integrity);
    const found = digest === undefined ? undefined : files.get(digest);
    // Keys of artifacts come from earlier versions, and count for nothing.
    if (digest === undefined || found === undefined || !/^(stage|checkpoint):/.test(key)) continue;
    const record = key.startsWith('stage:') ? parseRecord(await readFile(contentPath(folder, digest))) : undefined;
    const artifacts = Object.values(record?.outputs ?? {}).flat();
    const digests = [digest, ...new Set(artifacts.map((artifact) => artifact.digest))];
    const origin = isOrigin(metadata) ? { origin: metadata } : {};
    const bytes = digests.reduce((sum, each) => sum + (files.get(each)?.size ?? 0), 0);
    const kind = record ? ('outputs' as const) : ('checkpoint' as const);
    entries.push({ key, kind, ...origin, bytes, usedAt: found.mtimeMs, digests });
  }
  const used = new Set(entries.flatMap(({ digests }) => digests));
  return { entries, unused: [...files.keys()].filter((digest) => !used.has(digest)), files };
}

/**
 * Drops entries, content that no entry has, and temporary files of killed processes. Of experiments that are being run nothing is
 * dropped, nor is anything that was used since the first of them began.
 * @throws {InputError} where a folder of Etude in the workspace is a link or a file
 * @example
 * const { dropped } = await pruneCache(workspace, { maxBytes: 1e9, dryRun: true }); // what would go to leave 1 GB
 * (await pruneCache(workspace, { maxBytes: 0 })).leftBytes; // 0, where nothing is being run
 */
export async function pruneCache(workspace: string, options: PruneOptions = {}): Promise<Pruned> {
  ownFoldersMustBeInside(workspace);
  const locks = join(workspace, '.etude', 'locks');
  const work = async () => prune(workspace, options, await locksIn(locks));
  return options.dryRun ? work() : withFileLock(join(locks, PRUNE_LOCK), work);
}

async function prune(
  workspace: string,
  { usedBefore = 0, maxBytes = Number.POSITIVE_INFINITY, dryRun = false }: PruneOptions,
  locks: Awaited<ReturnType<typeof locksIn>>,
): Promise<Pruned> {
  const folder = cacheOf(workspace);
  const held = locks.filter(({ name }) => name !== PRUNE_LOCK);
  const since = Math.min(Number.POSITIVE_INFINITY, ...held.map(({ owner }) => owner.since ?? 0));
  const isSpared = ({ origin, usedAt }: CacheEntry) =>
    usedAt >= since || (origin && held.some(({ name }) => name === experimentLock(origin.experiment)));
  const needed = fingerprintsOfExperiments(workspace);
  const isGone = ({ origin, key }: CacheEntry) =>
    origin && !existsSync(join(workspace, origin.config)) && !needed.has(key.replace('stage:', ''));

  const { entries, unused, files } = await cacheContents(workspace);
  /** how many entries have content, by digest */
  const counts = new Map<string, number>();
  for (const { digests } of entries) for (const digest of digests) counts.set(digest, (counts.get(digest) ?? 0) + 1);
  const dropped: Pruned['dropped'][number][] = [];
  let bytes = sizeOf(files, counts.keys());
  const drop = async (entry: CacheEntry, why: Pruned['dropped'][number]['why']) => {
    dropped.push({ ...entry, why });
    for (const digest of entry.digests) {
      counts.set(digest, counts.get(digest)! - 1);
      if (counts.get(digest) === 0) bytes -= files.get(digest)?.size ?? 0;
    }
    if (!dryRun) await rm(indexPath(folder, entry.key), { force: true });
  };
  const leastRecent = entries.filter((entry) => !isSpared(entry)).sort((a, b) => a.usedAt - b.usedAt);
  const rest: CacheEntry[] = [];
  for (const entry of leastRecent) {
    if (isGone(entry)) await drop(entry, 'experiment is gone');
    else if (entry.usedAt < usedBefore) await drop(entry, 'old');
    else rest.push(entry);
  }
  for (const entry of rest) if (bytes > maxBytes) await drop(entry, 'too much');

  // What a run writes just now may have no entry yet.
  const free = [...files]
    .filter(([digest, { mtimeMs }]) => !counts.get(digest) && mtimeMs < since)
    .map(([digest]) => digest);
  if (!dryRun) for (const digest of free) await rm(contentPath(folder, digest), { force: true });
  const temporary = await strayFiles(workspace, dryRun);
  const freed = sizeOf(files, free);
  const prefix = experimentLock('');
  return {
    ...{ dropped, strays: temporary.length + unused.filter((digest) => free.includes(digest)).length },
    freedBytes: freed + temporary.reduce((sum, stray) => sum + stray.bytes, 0),
    leftBytes: sizeOf(files, files.keys()) - freed,
    running: held.filter(({ name }) => name.startsWith(prefix)).map(({ name }) => name.slice(prefix.length)),
  };
}

/** Milliseconds for which content is in use by whatever was given it. */
const IN_USE = 3_600_000;

/**
 * Removes content that was not used for longest until no more than so many bytes are left, but nothing of the last hour. For caches whose content is
 * elsewhere as well: nobody is asked what still needs it.
 * @returns bytes that were freed
 * @throws {InputError} where a folder of Etude in the workspace is a link or a file
 * @example
 * await trimCache(folderOfWorker, 20e9);
 */
export async function trimCache(workspace: string, maxBytes: number): Promise<number> {
  const folder = cacheOf(workspace);
  const files = await contentFiles(folder);
  const total = sizeOf(files, files.keys());
  let left = total;
  for (const [digest, { size, mtimeMs }] of [...files].sort(([, a], [, b]) => a.mtimeMs - b.mtimeMs)) {
    if (left <= maxBytes || mtimeMs > Date.now() - IN_USE) break;
    await rm(contentPath(folder, digest), { force: true });
    left -= size;
  }
  return total - left;
}

export interface Verified {
  readonly files: number;
  readonly bytes: number;
  /** digests of content that is not what it was, and that was dropped: its stage runs again when it is needed */
  readonly damaged: readonly string[];
}

/**
 * Reads all content of the cache and drops what is damaged.
 * @throws {InputError} where a folder of Etude in the workspace is a link or a file
 * @example
 * (await verifyCache(workspace)).damaged; // [] where all is as it was written
 */
export async function verifyCache(workspace: string): Promise<Verified> {
  const folder = cacheOf(workspace);
  const damaged: string[] = [];
  let bytes = 0;
  const files = await contentFiles(folder);
  for (const [digest, { size }] of files) {
    bytes += size;
    const path = contentPath(folder, digest);
    const content = await readFile(path).catch((error) => {
      if (error.code !== 'ENOENT') throw error;
    });
    // Content that went away meanwhile was replaced by a run, or pruned.
    if (content === undefined || digestOf(content) === digest) continue;
    damaged.push(digest);
    await rm(path, { force: true });
  }
  return { files: files.size, bytes, damaged };
}

/** All content, by digest. */
async function contentFiles(folder: string): Promise<Map<string, Stats>> {
  const root = join(folder, 'content-v2', 'sha256');
  const names = existsSync(root) ? await readdir(root, { recursive: true }) : [];
  const files = new Map<string, Stats>();
  for (const name of names) {
    const digest = name.replaceAll(/[\\/]/g, '');
    if (!/^[0-9a-f]{64}$/.test(digest)) continue;
    const found = await stat(join(root, name)).catch(() => undefined);
    if (found?.isFile()) files.set(digest, found);
  }
  return files;
}

/** Fingerprints of the stages that experiments ran with last, as far as the experiments are still there. */
function fingerprintsOfExperiments(workspace: string): Set<string> {
  const present = runRecords(workspace).filter(({ config }) => existsSync(join(workspace, config)));
  return new Set(present.flatMap(({ stages }) => stages.map(({ fingerprint }) => fingerprint ?? '')));
}

function sizeOf(files: ReadonlyMap<string, Stats>, digests: Iterable<string>): number {
  let bytes = 0;
  for (const digest of new Set(digests)) bytes += files.get(digest)?.size ?? 0;
  return bytes;
}

async function strayFiles(workspace: string, dryRun: boolean): Promise<{ path: string; bytes: number }[]> {
  const etude = join(workspace, '.etude');
  const artifacts = join(workspace, 'artifacts');
  const below = existsSync(artifacts) ? await readdir(artifacts, { recursive: true, withFileTypes: true }) : [];
  const folders = below.filter((entry) => entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name));
  const found: { path: string; bytes: number }[] = [];
  for (const folder of [join(etude, 'locks'), join(etude, 'cache', 'tmp'), artifacts, ...folders]) {
    found.push(...(await removeStrays(folder, { dryRun })));
  }
  return found;
}

function isOrigin(metadata: unknown): metadata is Origin {
  const { experiment, config, stage } = (metadata ?? {}) as Record<string, unknown>;
  return [experiment, config, stage].every((value) => typeof value === 'string');
}
