import { lstat, readFile, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { toDisk, writeWhole } from '../files/whole-file.js';
import { digestOf } from '../plan/fingerprint.js';
import type { Ports } from '../stage.js';
import {
  type CachedStage,
  contentPath,
  digestUnder,
  indexPath,
  integrityOf,
  type Origin,
  parseRecord,
} from './cache-layout.js';

/** An artifact's identity. */
export interface Artifact {
  /** file name */
  readonly path: string;
  /** SHA-256 of its bytes, hexadecimal */
  readonly digest: string;
  readonly bytes: number;
}

/** Codes of errors that say nothing about the file that was to be read. */
const NOT_THE_FILE = new Set(['EACCES', 'EPERM', 'EMFILE', 'ENFILE', 'ENOMEM']);

/**
 * Fingerprint → artifacts, in the layout of npm's content-addressed store: content under its digest, written as a whole and
 * verified whenever it is read; keys in an index of lines that only grows, each with a digest of its own. Safe to use
 * from several processes.
 */
export class StageCache {
  readonly #folder: string;
  readonly #warn: (message: string) => void;
  readonly #readOnly: boolean;

  /**
   * @param options.warn is told of everything that is damaged
   * @param options.readOnly damaged content stays, and the time of its last use with all content
   */
  constructor(folder: string, { warn, readOnly = false }: { warn: (message: string) => void; readOnly?: boolean }) {
    this.#folder = folder;
    this.#warn = (what) => warn(`${what} in the cache is damaged${readOnly ? '' : '; it is dropped and made again'}`);
    this.#readOnly = readOnly;
  }

  /** What a stage of this fingerprint wrote, all of it present and undamaged; otherwise undefined. */
  async find(fingerprint: string, ports: Ports): Promise<CachedStage | undefined> {
    const key = `stage:${fingerprint}`;
    const what = `stage record ${fingerprint.slice(0, 12)}`;
    const record = await this.#read(key, what);
    if (record === undefined) return undefined;
    const cached = parseRecord(record, ports);
    if (cached === undefined) {
      this.#warn(what);
      await this.#forget(key);
      return undefined;
    }
    // All of them, so that all that is damaged is dropped and made again at once.
    let whole = true;
    for (const [port, artifacts] of Object.entries(cached.outputs)) {
      for (const { digest } of artifacts) {
        if ((await this.#content(digest, `artifact ${digest.slice(0, 12)} (${port})`)) === undefined) whole = false;
      }
    }
    if (whole) return cached;
    await this.#forget(key);
    return undefined;
  }

  /** Where content of a digest is, if it is here. */
  locationOf(digest: string): string {
    return this.#path(digest);
  }

  /** The bytes of an artifact; undefined where it is not there or was damaged. */
  artifact({ digest, path }: Artifact): Promise<Uint8Array | undefined> {
    return this.#content(digest, `artifact ${digest.slice(0, 12)} (${path})`);
  }

  /** Keeps what a stage wrote. The record comes last, so that one that is found is whole. */
  async keep(
    fingerprint: string,
    outputs: Readonly<Record<string, readonly Uint8Array[]>>,
    { seconds, said, origin }: Pick<CachedStage, 'seconds' | 'said'> & { origin: Origin },
  ): Promise<CachedStage> {
    const kept: CachedStage['outputs'] = {};
    for (const [port, contents] of Object.entries(outputs)) {
      kept[port] = [];
      for (const content of contents) kept[port].push({ digest: await this.put(content), bytes: content.length });
    }
    const cached = { outputs: kept, seconds, ...(said && { said }) };
    await this.keepRecord(fingerprint, cached, origin);
    return cached;
  }

  /** Keeps the record of a stage whose artifacts are here already. */
  async keepRecord(fingerprint: string, cached: CachedStage, origin: Origin): Promise<void> {
    await this.#keepUnder(`stage:${fingerprint}`, Buffer.from(JSON.stringify(cached)), origin);
  }

  /** The last checkpoint of this key; undefined where there is none or it was damaged. */
  checkpoint(key: string): Promise<Uint8Array | undefined> {
    return this.#read(`checkpoint:${key}`, `checkpoint ${key.slice(0, 12)}`);
  }

  /** Keeps a checkpoint in place of the one before. */
  async keepCheckpoint(key: string, bytes: Uint8Array, origin: Origin): Promise<void> {
    const entry = `checkpoint:${key}`;
    const before = await this.#digestUnder(entry);
    const digest = await this.#keepUnder(entry, bytes, origin);
    if (before !== undefined && before !== digest) await rm(this.#path(before), { force: true });
  }

  async #read(key: string, what: string): Promise<Uint8Array | undefined> {
    const digest = await this.#digestUnder(key);
    if (digest === undefined) return undefined;
    const bytes = await this.#content(digest, what);
    if (bytes === undefined) await this.#forget(key);
    return bytes;
  }

  /** The digest of what is kept under a key; undefined where there is nothing, or nothing that makes sense. */
  async #digestUnder(key: string): Promise<string | undefined> {
    try {
      return digestUnder(await readFile(indexPath(this.#folder, key), 'utf8'), key);
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return undefined;
      if (NOT_THE_FILE.has(code)) throw error;
      await this.#forget(key);
      return undefined;
    }
  }

  async #content(digest: string, what: string): Promise<Uint8Array | undefined> {
    const path = this.#path(digest);
    try {
      const bytes = await readFile(path);
      if (digestOf(bytes) !== digest) throw new Error('other content');
      // The time of its last use, for pruning. Who may only read the cache does without.
      if (!this.#readOnly) await utimes(path, new Date(), new Date()).catch(() => {});
      return bytes;
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return undefined;
      if (NOT_THE_FILE.has(code)) throw error;
      this.#warn(what);
      if (!this.#readOnly) await rm(path, { recursive: true, force: true }).catch(() => {});
      return undefined;
    }
  }

  /**
   * Puts content in place, also of such as is there and may be damaged.
   * @returns its digest
   */
  async put(bytes: Uint8Array): Promise<string> {
    const digest = digestOf(bytes);
    const path = this.#path(digest);
    const found = await lstat(path).catch(() => undefined);
    if (found && !found.isFile()) await rm(path, { recursive: true });
    await writeWhole(path, bytes, { tmp: join(this.#folder, 'tmp') });
    return digest;
  }

  async #keepUnder(key: string, bytes: Uint8Array, metadata: Origin): Promise<string> {
    const digest = await this.put(bytes);
    const { default: cacache } = await import('cacache');
    const entry = await cacache.index.insert(this.#folder, key, integrityOf(digest), {
      ...{ size: bytes.length, metadata },
    });
    if (!entry) throw new Error(`the index of the cache went away while ${key} was written`);
    await toDisk(indexPath(this.#folder, key));
    return digest;
  }

  async #forget(key: string): Promise<void> {
    if (!this.#readOnly) await rm(indexPath(this.#folder, key), { recursive: true, force: true }).catch(() => {});
  }

  #path(digest: string): string {
    return contentPath(this.#folder, digest);
  }
}
