import { isAbsolute } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { folderStore, type ObjectStore } from '@etude/engine';
import { ClusterError } from './cluster-error.js';
import type { S3Limits } from './s3-client.js';
import { parseS3Location } from './s3-location.js';
import { s3Store } from './s3-store.js';

/**
 * The store of a location: `s3://bucket/prefix?endpoint=…&region=…`, or an absolute path of a folder that all machines see.
 * @throws {ClusterError} for anything else
 * @example
 * openStore('s3://music/etude?region=eu-central-1');
 */
export function openStore(location: string, limits: S3Limits = {}): ObjectStore {
  if (location.startsWith('s3:')) return s3Store(parseS3Location(location), limits);
  if (isAbsolute(location)) return folderStore(location);
  throw new ClusterError(`expected s3://bucket/prefix or the absolute path of a folder, found ${location}`);
}

/** Milliseconds after which a store is tried again that was away. */
const AGAIN_AFTER = 1000;

/**
 * As {@link openStore}, for who has work to take: waits for a store that is away, and fails where that would not help.
 * @param how `say` is told of the waiting once; `signal` ends it
 * @throws {ClusterError} also for a store that denies access
 */
export async function openStoreThatAnswers(
  location: string,
  { say, signal }: { say: (line: string) => void; signal: AbortSignal },
): Promise<ObjectStore> {
  const probe = openStore(location, { attempts: 1 });
  for (let hasSaid = false; ; hasSaid = true) {
    try {
      await probe.get('ac/none');
      return openStore(location);
    } catch (error) {
      if (!(error instanceof ClusterError && error.isPassing) || signal.aborted) throw error;
      if (!hasSaid) say(`${error.message}; waiting for it`);
      await sleep(AGAIN_AFTER, undefined, { signal }).catch(() => {});
    }
  }
}
