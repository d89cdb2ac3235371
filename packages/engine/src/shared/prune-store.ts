import { parseRecord } from '../cache/cache-layout.js';
import { eachObject, type Listed } from './each-object.js';
import type { ObjectStore } from './object-store.js';
import { parseTask } from './remote-task.js';
import { CHECKPOINTS, contentKey, recordKey } from './shared-cache.js';

interface PruneStoreOptions {
  /** records and checkpoints that were stored before are dropped, by Date.now(); left out: none */
  readonly storedBefore?: number | undefined;
  readonly dryRun?: boolean | undefined;
  readonly now?: number;
  readonly signal?: AbortSignal;
}

interface PrunedStore {
  readonly records: number;
  readonly checkpoints: number;
  /** content that no record names any more */
  readonly contents: number;
  readonly freedBytes: number;
  readonly leftBytes: number;
}

/** Milliseconds for which content is spared that no record names: whoever runs a stage stores its record last. */
const SPARED = 24 * 3_600_000;

/**
 * Drops old records and checkpoints of a store, and content that no record names, while others use the store. Content is spared for a day, or for as
 * long as records are kept, since the plans and tasks of runs are content as well. Should a record name something that was dropped after all, its stage
 * runs again.
 * @example
 * await pruneStore(folderStore('/mnt/etude'), { storedBefore: Date.now() - 30 * 86_400_000 });
 */
export async function pruneStore(store: ObjectStore, options: PruneStoreOptions = {}): Promise<PrunedStore> {
  const { storedBefore = Number.NEGATIVE_INFINITY, dryRun = false, now = Date.now(), signal } = options;
  const sparedSince = options.storedBefore === undefined ? now - SPARED : Math.min(now - SPARED, storedBefore);
  let [freedBytes, leftBytes] = [0, 0];
  const drop = async ({ key, bytes }: Pick<Listed, 'key' | 'bytes'>) => {
    freedBytes += bytes;
    if (!dryRun) await store.remove(key);
  };

  /** content that goes unless a record names it, by digest */
  const free = new Map<string, Listed>();
  await eachObject(
    store,
    contentKey(''),
    async (object) => {
      if (object.modified.getTime() < sparedSince) free.set(object.key.slice(contentKey('').length), object);
      else leftBytes += object.bytes;
    },
    signal,
  );

  const keep = (digest: string) => {
    leftBytes += free.get(digest)?.bytes ?? 0;
    free.delete(digest);
  };
  const seen = new Set<string>();
  let records = 0;
  const record = async (object: Listed) => {
    if (seen.has(object.key)) return;
    seen.add(object.key);
    if (object.modified.getTime() < storedBefore) {
      records++;
      await drop(object);
      return;
    }
    leftBytes += object.bytes;
    for (const digest of await namedBy(store, object.key, signal)) keep(digest);
  };
  await eachObject(store, recordKey(''), record, signal);

  let checkpoints = 0;
  await eachObject(
    store,
    CHECKPOINTS,
    async (object) => {
      if (object.modified.getTime() >= storedBefore) {
        leftBytes += object.bytes;
        return;
      }
      checkpoints++;
      await drop(object);
    },
    signal,
  );

  // Records that were written meanwhile may name content that was there before.
  await eachObject(store, recordKey(''), record, signal);
  for (const object of free.values()) {
    signal?.throwIfAborted();
    await drop(object);
  }
  return { records, checkpoints, contents: free.size, freedBytes, leftBytes };
}

/** Digests of what a record needs: its artifacts, and the task, files and inputs that they were made from. */
async function namedBy(store: ObjectStore, key: string, signal?: AbortSignal): Promise<string[]> {
  const bytes = await store.get(key, signal);
  const record = bytes && parseRecord(bytes);
  if (!record) return [];
  const artifacts = Object.values(record.outputs).flat();
  const task = record.task && (await store.get(contentKey(record.task), signal));
  const named = artifacts.map(({ digest }) => digest);
  if (!task) return named;
  try {
    const { present, files } = parseTask(task);
    const read = [...Object.values(present.inputs ?? {}), ...Object.values(files)].flat();
    return [...named, record.task!, ...read.map(({ digest }) => digest)];
  } catch {
    return named;
  }
}
