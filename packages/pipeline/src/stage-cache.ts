import cacache from 'cacache';
import { digestOf } from './fingerprint.js';

/** An artifact's identity. */
export interface Artifact {
  /** file name */
  readonly path: string;
  /** SHA-256 of its bytes, hexadecimal */
  readonly digest: string;
  readonly bytes: number;
}

/** What the cache keeps of a stage that ran: its artifacts by door, in the order of their numbers. */
export interface CachedStage {
  readonly outputs: Readonly<Record<string, readonly { readonly digest: string; readonly bytes: number }[]>>;
  /** how long the stage ran */
  readonly seconds: number;
  /** what it told its user; absent in caches of before it was kept */
  readonly said?: readonly string[];
}

/**
 * Fingerprint → artifacts, on top of npm's content-addressed store: content is written aside and renamed, verified
 * whenever it is read, and safe to use from several processes.
 */
export class StageCache {
  readonly #folder: string;
  readonly #warn: (message: string) => void;

  /** @param warn is told of every damaged artifact that was dropped */
  constructor(folder: string, warn: (message: string) => void) {
    this.#folder = folder;
    this.#warn = warn;
  }

  /** What a stage of this fingerprint wrote, all of it present and undamaged; otherwise undefined. */
  async find(fingerprint: string): Promise<CachedStage | undefined> {
    const key = `stage:${fingerprint}`;
    const record = await this.#read(key, key);
    if (record === undefined) return undefined;
    const cached = JSON.parse(Buffer.from(record).toString('utf8')) as CachedStage;
    for (const [door, artifacts] of Object.entries(cached.outputs)) {
      for (const { digest } of artifacts) {
        if ((await this.#read(`artifact:${digest}`, `artifact ${digest.slice(0, 12)} (${door})`)) !== undefined)
          continue;
        await cacache.rm.entry(this.#folder, key);
        return undefined;
      }
    }
    return cached;
  }

  /** The bytes of an artifact that {@link find} named. */
  async artifact(digest: string): Promise<Uint8Array> {
    const bytes = await this.#read(`artifact:${digest}`, `artifact ${digest.slice(0, 12)}`);
    if (bytes === undefined) throw new Error(`artifact ${digest} is no longer in the cache`);
    return bytes;
  }

  /** Keeps what a stage wrote. The record comes last, so that one that is found is whole. */
  async keep(
    fingerprint: string,
    outputs: Readonly<Record<string, readonly Uint8Array[]>>,
    { seconds, said }: Pick<CachedStage, 'seconds' | 'said'>,
  ): Promise<CachedStage> {
    const kept: Record<string, { digest: string; bytes: number }[]> = {};
    for (const [door, contents] of Object.entries(outputs)) {
      kept[door] = [];
      for (const content of contents) {
        const digest = digestOf(content);
        await cacache.put(this.#folder, `artifact:${digest}`, content, { algorithms: ['sha256'] });
        kept[door].push({ digest, bytes: content.length });
      }
    }
    const cached = { outputs: kept, seconds, ...(said && { said }) };
    await cacache.put(this.#folder, `stage:${fingerprint}`, JSON.stringify(cached), { algorithms: ['sha256'] });
    return cached;
  }

  /** The last checkpoint of this key; undefined where there is none or it was damaged. */
  checkpoint(key: string): Promise<Uint8Array | undefined> {
    return this.#read(`checkpoint:${key}`, `checkpoint ${key.slice(0, 12)}`);
  }

  /** Keeps a checkpoint in place of the one before. */
  async keepCheckpoint(key: string, bytes: Uint8Array): Promise<void> {
    const entry = `checkpoint:${key}`;
    const before = await cacache.get.info(this.#folder, entry);
    const kept = await cacache.put(this.#folder, entry, bytes, { algorithms: ['sha256'] });
    if (before !== null && before.integrity !== String(kept)) await cacache.rm.content(this.#folder, before.integrity);
  }

  async #read(key: string, what: string): Promise<Uint8Array | undefined> {
    try {
      return (await cacache.get(this.#folder, key)).data;
    } catch (error) {
      const { code, sri } = error as { code?: string; sri?: unknown };
      if (code === 'ENOENT' || code === 'ENOTCACHED') return undefined;
      if (code !== 'EINTEGRITY' && code !== 'EBADSIZE') throw error;
      this.#warn(`${what} in the cache is damaged; it is dropped and made again`);
      const info = sri ?? (await cacache.get.info(this.#folder, key))?.integrity;
      await cacache.rm.entry(this.#folder, key);
      if (info !== undefined) await cacache.rm.content(this.#folder, String(info));
      return undefined;
    }
  }
}
