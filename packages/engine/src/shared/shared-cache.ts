import { type CachedStage, type Origin, parseRecord } from '../cache/cache-layout.js';
import type { StageCache } from '../cache/stage-cache.js';
import { digestOf } from '../plan/fingerprint.js';
import type { WorkspaceFiles } from '../run/stage-inputs.js';
import type { Ports } from '../stage.js';
import type { ObjectStore } from './object-store.js';
import { type RemoteTask, remoteTask, taskBytes } from './remote-task.js';

interface SharedCacheOptions {
  /** is told of everything that is damaged */
  readonly warn: (message: string) => void;
  /** damaged objects stay where they are, for those who may remove them */
  readonly readOnly?: boolean;
  /** only what machines of this kind ran counts; left out: what any did */
  readonly kind?: string | undefined;
}

/** What was run, and what came out. */
interface Made {
  readonly files: WorkspaceFiles;
  readonly cached: CachedStage;
  readonly producedBy: RemoteTask['producedBy'];
  /** what kind of machine ran it */
  readonly madeOn: string;
}

/**
 * The cache that several machines share: artifacts by digest, records of stages by fingerprint, checkpoints by what they depend on. What comes from it
 * is verified, and is in the cache of this machine from then on.
 *
 * Objects: `cas/<sha256>`, `ac/<fingerprint>`, `ac/<fingerprint>.<kind of machine>` for those who want that kind,
 * `checkpoints/<kind of machine>/<key>/<how far>-<sha256>`.
 */
export class SharedCache {
  readonly #store: ObjectStore;
  readonly #local: StageCache;
  readonly #warn: (what: string, how?: { readonly stays?: boolean }) => void;
  readonly #readOnly: boolean;
  readonly #kind: string | undefined;

  constructor(store: ObjectStore, local: StageCache, { warn, readOnly = false, kind }: SharedCacheOptions) {
    this.#store = store;
    this.#local = local;
    this.#warn = (what, { stays = readOnly } = {}) =>
      warn(`${what} in the shared cache is damaged; it is ${stays ? 'not used' : 'dropped and made again'}`);
    this.#readOnly = readOnly;
    this.#kind = kind;
  }

  /** What is said of a stage of this fingerprint, whether its artifacts are there or not. */
  async record(fingerprint: string, ports: Ports): Promise<CachedStage | undefined> {
    for (const key of this.#recordKeys(fingerprint)) {
      const bytes = await this.#store.get(key);
      if (bytes === undefined) continue;
      const record = parseRecord(bytes, ports);
      if (record === undefined) {
        this.#warn(`stage record ${fingerprint.slice(0, 12)}`);
        if (!this.#readOnly) await this.#store.remove(key);
      } else if (this.#counts(record)) return record;
    }
    return undefined;
  }

  /** Brings what a stage wrote to this machine; undefined where it is not all there. */
  async fetch(fingerprint: string, ports: Ports, origin: Origin): Promise<CachedStage | undefined> {
    const cached = await this.record(fingerprint, ports);
    if (cached === undefined) return undefined;
    for (const { digest, bytes } of Object.values(cached.outputs).flat()) {
      if ((await this.content(digest))?.length !== bytes) return undefined;
    }
    await this.#local.keepRecord(fingerprint, cached, origin);
    return cached;
  }

  /** The bytes of a digest, of this machine or the shared cache; undefined where neither has them. */
  async content(digest: string): Promise<Uint8Array | undefined> {
    return (await this.#local.artifact({ digest, path: 'shared', bytes: 0 })) ?? (await this.#fetched(digest));
  }

  /** Makes bytes known to all. */
  async put(bytes: Uint8Array): Promise<string> {
    const digest = digestOf(bytes);
    await this.#store.put(contentKey(digest), bytes, { ifAbsent: true });
    return digest;
  }

  /** Makes what a stage wrote here known to all, its record last. Of two that ran the same stage the first counts. */
  async publish(
    fingerprint: string,
    cached: CachedStage,
    made: Required<Pick<CachedStage, 'madeOn' | 'task'>>,
  ): Promise<void> {
    for (const artifact of Object.values(cached.outputs).flat()) {
      const bytes = await this.#local.artifact({ ...artifact, path: 'shared' });
      if (bytes === undefined)
        throw new Error(`artifact ${artifact.digest.slice(0, 12)} went away before it was shared`);
      await this.put(bytes);
    }
    const record = Buffer.from(JSON.stringify({ ...cached, ...made } satisfies CachedStage));
    for (const key of this.#recordKeys(fingerprint)) await this.#store.put(key, record, { ifAbsent: true });
  }

  /** As {@link publish}, for what was run here: its task and the files that it read are shared as well, so that others can run it again. */
  async publishTask(task: Omit<RemoteTask, 'producedBy'>, { files, cached, producedBy, madeOn }: Made): Promise<void> {
    for (const file of Object.values(files).flat()) await this.put(file.bytes());
    const stored = await this.put(taskBytes(remoteTask(task, producedBy)));
    await this.publish(task.present.fingerprint!, cached, { madeOn, task: stored });
  }

  /** The stage of this fingerprint does not count as run any more, since an artifact of it is lost. */
  async forget(fingerprint: string): Promise<void> {
    for (const key of this.#recordKeys(fingerprint)) {
      const bytes = await this.#store.get(key);
      const record = bytes && parseRecord(bytes);
      if (bytes && !(record && !this.#counts(record))) await this.#store.remove(key);
    }
  }

  /** Whether all that a stage wrote is there and undamaged; damaged content is removed. */
  async isWhole({ outputs }: CachedStage): Promise<boolean> {
    for (const { digest, bytes } of Object.values(outputs).flat())
      if ((await this.#fetched(digest))?.length !== bytes) return false;
    return true;
  }

  /** The checkpoint that got furthest, of machines of one kind. */
  async checkpoint(kind: string, key: string): Promise<Uint8Array | undefined> {
    for (const { key: object } of (await this.#checkpoints(kind, key)).reverse()) {
      const bytes = await this.#store.get(object);
      if (bytes === undefined) continue;
      if (digestOf(bytes) === object.split('-').at(-1)) return bytes;
      // It may have been damaged on its way.
      this.#warn(`checkpoint ${key.slice(0, 12)}`, { stays: true });
    }
    return undefined;
  }

  /**
   * Shares a checkpoint. One that got less far stays behind it whoever writes it last, such as a machine that was cut off for a while.
   * @param done how far the stage is
   */
  async keepCheckpoint(kind: string, key: string, done: number, bytes: Uint8Array): Promise<void> {
    const own = `${checkpointPrefix(kind, key)}${String(done).padStart(12, '0')}-${digestOf(bytes)}`;
    await this.#store.put(own, bytes);
    for (const { key: object } of await this.#checkpoints(kind, key))
      if (object < own) await this.#store.remove(object);
  }

  /** The keys under which the record of a stage may be that counts here, best first. */
  #recordKeys(fingerprint: string): string[] {
    const common = recordKey(fingerprint);
    return this.#kind === undefined ? [common] : [recordKey(fingerprint, this.#kind), common];
  }

  #counts({ madeOn }: CachedStage): boolean {
    return this.#kind === undefined || madeOn === this.#kind;
  }

  async #checkpoints(kind: string, key: string): Promise<{ readonly key: string }[]> {
    const found: { key: string }[] = [];
    for await (const object of this.#store.list(checkpointPrefix(kind, key))) found.push(object);
    return found;
  }

  async #fetched(digest: string): Promise<Uint8Array | undefined> {
    const bytes = await this.#store.get(contentKey(digest));
    if (bytes === undefined) return undefined;
    if (digestOf(bytes) !== digest) {
      this.#warn(`artifact ${digest.slice(0, 12)}`);
      if (!this.#readOnly) await this.#store.remove(contentKey(digest));
      return undefined;
    }
    await this.#local.put(bytes);
    return bytes;
  }
}

export const contentKey = (digest: string) => `cas/${digest}`;
export const recordKey = (fingerprint: string, kind?: string) =>
  `ac/${fingerprint}${kind === undefined ? '' : `.${kind}`}`;
/** What {@link recordKey} made a key of. */
export function recordUnder(key: string): { readonly fingerprint: string; readonly kind: string | undefined } {
  const [fingerprint = '', ...kind] = key.slice(recordKey('').length).split('.');
  return { fingerprint, kind: kind.length > 0 ? kind.join('.') : undefined };
}

/** What the keys of all checkpoints begin with. */
export const CHECKPOINTS = 'checkpoints/';
const checkpointPrefix = (kind: string, key: string) => `${CHECKPOINTS}${kind}/${key}/`;
