import { parseRecord } from '../cache/cache-layout.js';
import { digestOf } from '../plan/fingerprint.js';
import { eachObject } from './each-object.js';
import type { ObjectStore } from './object-store.js';
import { CHECKPOINTS, contentKey, recordKey } from './shared-cache.js';

interface VerifyOptions {
  /** what is damaged is removed, and made again when it is needed */
  readonly drop?: boolean | undefined;
  readonly signal?: AbortSignal;
  /** is told how many objects were read */
  readonly progress?: (done: number) => void;
}

interface VerifiedStore {
  readonly objects: number;
  readonly bytes: number;
  readonly records: number;
  readonly damaged: readonly { readonly key: string; readonly why: string }[];
}

/**
 * Reads everything that is in a store: content has the digest that its key says, and what records name is there.
 * @example
 * (await verifyStore(folderStore('/mnt/etude'))).damaged; // [{ key: 'cas/9f86…', why: 'other bytes than its digest says' }]
 */
export async function verifyStore(store: ObjectStore, options: VerifyOptions = {}): Promise<VerifiedStore> {
  const { drop = false, signal, progress = () => {} } = options;
  const damaged: { key: string; why: string }[] = [];
  /** bytes of content that is undamaged, by digest */
  const sizes = new Map<string, number>();
  let [objects, bytes, records] = [0, 0, 0];
  const read = async (key: string) => {
    const content = await store.get(key, signal);
    if (content === undefined) return undefined;
    bytes += content.length;
    progress(++objects);
    return content;
  };
  const isContent = async (key: string, digest: string) => {
    const content = await read(key);
    if (content === undefined) return undefined;
    if (digestOf(content) === digest) return content.length;
    damaged.push({ key, why: 'other bytes than its digest says' });
    return undefined;
  };
  const sizeOf = async (digest: string) => {
    if (sizes.has(digest) || damaged.some(({ key }) => key === contentKey(digest))) return sizes.get(digest);
    // It may have been stored since content was listed.
    const size = await isContent(contentKey(digest), digest);
    if (size !== undefined) sizes.set(digest, size);
    return size;
  };

  const content = async ({ key }: { key: string }) => {
    const digest = key.slice(contentKey('').length);
    const size = await isContent(key, digest);
    if (size !== undefined) sizes.set(digest, size);
  };
  const record = async ({ key }: { key: string }) => {
    const found = await read(key);
    if (found === undefined) return;
    records++;
    const cached = parseRecord(found);
    const say = (why: string) => damaged.push({ key, why });
    if (cached === undefined) {
      say('no record of a stage');
      return;
    }
    for (const artifact of Object.values(cached.outputs).flat()) {
      const name = artifact.digest.slice(0, 12);
      const size = await sizeOf(artifact.digest);
      if (size === artifact.bytes) continue;
      say(size === undefined ? `its artifact ${name} is missing or damaged` : `its artifact ${name} has ${size} bytes`);
      return;
    }
  };
  const checkpoint = async ({ key }: { key: string }) => {
    await isContent(key, key.slice(key.lastIndexOf('-') + 1));
  };
  await eachObject(store, contentKey(''), content, signal);
  await eachObject(store, recordKey(''), record, signal);
  await eachObject(store, CHECKPOINTS, checkpoint, signal);
  if (drop) for (const { key } of damaged) await store.remove(key);
  return { objects, bytes, records, damaged };
}
