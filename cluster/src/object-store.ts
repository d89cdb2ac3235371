import { ClusterError } from './cluster-error.js';

/**
 * Whole objects under keys, which several machines share: artifacts (`cas/<sha256>`), stage records (`ac/<fingerprint>`), checkpoints.
 *
 * A reader sees an object completely or not at all. Storage may be damaged all the same: `get` returns what is stored, and whoever knows
 * the digest of an object checks it. All methods throw a {@link ClusterError} where the store cannot be used or stays unavailable.
 * @example
 * await store.put('cas/2c26…', bytes); // true
 * await store.get('cas/2c26…'); // the bytes; undefined where there is no such object
 */
export interface ObjectStore {
  /** @returns the bytes of an object; undefined where there is none */
  get(key: string, signal?: AbortSignal): Promise<Uint8Array | undefined>;

  /**
   * Stores an object, and replaces the one that is there unless `ifAbsent` is set. Of several writers with `ifAbsent` one stores its object.
   * @returns false where `ifAbsent` is set and there is an object already, which stays as it is
   */
  put(key: string, bytes: Uint8Array, options?: { ifAbsent?: boolean; signal?: AbortSignal }): Promise<boolean>;

  /** Removes an object; nothing happens where there is none. */
  remove(key: string): Promise<void>;

  /**
   * All objects whose keys begin with `prefix`, in the order of their keys. Objects that are stored or removed meanwhile may be listed or not.
   * @returns key, size in bytes, and when the object was stored, by the clock of the store
   */
  list(prefix: string): AsyncIterable<{ key: string; bytes: number; modified: Date }>;
}

/** What can be the name of a file on every system, and needs no escaping in a URL. */
const SEGMENT = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const LONGEST = 512;

/**
 * Whether a store may keep an object under a key: segments of letters, digits and `.`, `_`, `-`, with slashes between them, which begin
 * with a letter or digit; 512 characters at most.
 * @example
 * isKey('ac/9f86'); // true
 * isKey('../9f86'); // false
 */
export function isKey(key: string): boolean {
  return key.length <= LONGEST && key.split('/').every((segment) => SEGMENT.test(segment));
}

/** @throws {ClusterError} where {@link isKey} is false */
export function checkKey(key: string): void {
  if (!isKey(key)) throw new ClusterError(`invalid key of an object: ${JSON.stringify(key)}`);
}
