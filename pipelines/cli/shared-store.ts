import { statSync } from 'node:fs';
import { folderStore, InputError, type ObjectStore, OptionalStore, type SharedOption, StageError } from '@etude/engine';
import { clusterSettings, storeSettings } from './workspace-settings.js';

/** A run has better things to do than to wait for a store. */
const SOON = { attempts: 2, idleMs: 10_000 };

/** The store that a run uses below the cache of this machine, and whether it writes there. */
export interface SecondLevelStore extends SharedOption {
  readonly store: OptionalStore;
}

/**
 * What a run gets of the store that is configured; undefined where none is. It is opened when something is not in the cache of this machine.
 * @param signal stops getting ready
 * @throws {InputError} where the configuration is wrong
 */
export function secondLevel(workspace: string, signal: AbortSignal): SecondLevelStore | undefined {
  const settings = storeSettings(workspace, process.env);
  if (settings === undefined) return undefined;
  return {
    store: new OptionalStore(async () => {
      if (!isS3(settings.store)) return folder(settings.store);
      const { withCluster } = await import('./optional-cluster.js');
      return withCluster(signal, async (cluster) => cluster.openStore(settings.store, SOON));
    }),
    ...(settings.write && { writeAs: async () => (await import('./machine-kind.js')).machineKind() }),
  };
}

/**
 * Does work with the store that is configured, or else that of the cluster that is.
 * @throws {InputError} where none is, or it is wrong
 * @throws {StageError} where it cannot be used
 */
export async function withStore<T>(
  workspace: string,
  signal: AbortSignal,
  work: (store: ObjectStore) => Promise<T>,
): Promise<T> {
  const settings = storeSettings(workspace, process.env) ?? clusterSettings(workspace, process.env);
  if (settings === undefined) {
    const message = 'expected a store in ETUDE_STORE, or in etude.yaml: cache: { store: /mnt/etude }';
    throw new InputError([{ place: 'cache', message }]);
  }
  if (!isS3(settings.store)) return work(folder(settings.store));
  const { withCluster } = await import('./optional-cluster.js');
  return withCluster(signal, (cluster) => work(cluster.openStore(settings.store)));
}

function isS3(store: string): boolean {
  return store.startsWith('s3://');
}

/** A folder that is not there is not made: it may be of a disk that is not mounted. */
function folder(store: string): ObjectStore {
  if (!statSync(store, { throwIfNoEntry: false })?.isDirectory())
    throw new StageError(`there is no folder ${store}; mount it, or make it`);
  return folderStore(store);
}
