import type { ObjectStore } from './object-store.js';

/** Milliseconds that one request may take. */
const PATIENCE = 60_000;

/** A store cannot be used, for a reason that the message tells. */
export class StoreAway extends Error {
  override readonly name = 'StoreAway';
}

/**
 * A store that its user can do without. The first request that fails, or takes too long, throws {@link StoreAway}; from then on the store is not asked
 * again, and looks like one that is empty and keeps nothing.
 * @example
 * const store = new OptionalStore(async () => folderStore('/mnt/etude'));
 * await store.get('ac/9f86'); // throws StoreAway where the disk has a fault, and is undefined the next time
 */
export class OptionalStore implements ObjectStore {
  readonly #open: () => Promise<ObjectStore>;
  readonly #patience: number;
  #opened: Promise<ObjectStore> | undefined;
  #problem: string | undefined;

  /** @param open is called when the store is needed for the first time */
  constructor(open: () => Promise<ObjectStore>, { patience = PATIENCE }: { patience?: number } = {}) {
    this.#open = open;
    this.#patience = patience;
  }

  /** Why the store is not used any more. */
  get problem(): string | undefined {
    return this.#problem;
  }

  get(key: string, signal?: AbortSignal): Promise<Uint8Array | undefined> {
    return this.#use(undefined, (store, inTime) => store.get(key, inTime), signal);
  }

  put(key: string, bytes: Uint8Array, options: { ifAbsent?: boolean; signal?: AbortSignal } = {}): Promise<boolean> {
    return this.#use(false, (store, signal) => store.put(key, bytes, { ...options, signal }), options.signal);
  }

  remove(key: string): Promise<void> {
    return this.#use(undefined, (store) => store.remove(key));
  }

  async *list(prefix: string): ReturnType<ObjectStore['list']> {
    yield* await this.#use<Listed[]>([], async (store) => {
      const all: Listed[] = [];
      for await (const object of store.list(prefix)) all.push(object);
      return all;
    });
  }

  async #use<T>(
    otherwise: T,
    work: (store: ObjectStore, signal: AbortSignal) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    if (this.#problem !== undefined) return otherwise;
    signal?.throwIfAborted();
    try {
      this.#opened ??= this.#open();
      return await this.#inTime(await this.#opened, work, signal);
    } catch (error) {
      signal?.throwIfAborted();
      // Of several requests on their way one tells.
      if (this.#problem !== undefined) return otherwise;
      this.#problem = `the shared cache is not used from here on: ${(error as Error).message}`;
      throw new StoreAway(this.#problem, { cause: error });
    }
  }

  /** A disk on the network may not answer at all, and heeds no signal then. */
  async #inTime<T>(
    store: ObjectStore,
    work: (store: ObjectStore, signal: AbortSignal) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    const late = new AbortController();
    const stopped = signal ? AbortSignal.any([signal, late.signal]) : late.signal;
    const timer = setTimeout(
      () => late.abort(new Error(`no answer within ${this.#patience / 1000} s`)),
      this.#patience,
    );
    try {
      return await Promise.race([
        work(store, stopped),
        new Promise<never>((_, reject) => {
          stopped.addEventListener('abort', () => reject(stopped.reason), { once: true });
        }),
      ]);
    } finally {
      clearTimeout(timer);
    }
  }
}

type Listed = { key: string; bytes: number; modified: Date };
