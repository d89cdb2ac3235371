import { statSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { folderStore, type ObjectStore } from '@etude/engine';
import { ClusterError } from './cluster-error.js';
import type { S3Limits } from './s3-client.js';
import { parseS3Location } from './s3-location.js';
import { s3Store } from './s3-store.js';
import { type Waiter, whenAnswers } from './when-answers.js';

/**
 * The store of a location: `s3://bucket/prefix?endpoint=…&region=…`, or an absolute path of a folder that all machines see.
 * @throws {ClusterError} for anything else
 * @example
 * openStore('s3://music/etude?region=eu-central-1');
 */
export function openStore(location: string, limits: S3Limits = {}): ObjectStore {
  if (location.startsWith('s3:')) return s3Store(parseS3Location(location), limits);
  if (isAbsolute(location)) return folderThere(location);
  throw new ClusterError(`expected s3://bucket/prefix or the absolute path of a folder, found ${location}`);
}

/**
 * As {@link openStore}, for who has work to take: waits for a store that is away, and fails where that would not help.
 * @throws {ClusterError} also for a store that denies access
 */
export async function openStoreThatAnswers(location: string, waiter: Waiter): Promise<ObjectStore> {
  const probe = async () => openStore(location, { attempts: 1 }).get('ac/none');
  await whenAnswers(probe, waiter, (error) => error instanceof ClusterError && error.isPassing);
  return openStore(location);
}

/** A folder that is not there is not made: it may be of a disk that is not mounted. */
function folderThere(folder: string): ObjectStore {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return folderStore(folder);
  throw new ClusterError(`there is no folder ${folder}; mount it, or make it`, { isPassing: true });
}
