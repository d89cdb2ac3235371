import type { ObjectStore } from './object-store.js';

/** An object of a store, as it is listed. */
export interface Listed {
  readonly key: string;
  readonly bytes: number;
  readonly modified: Date;
}

/** Objects that are dealt with at a time: most of the time goes by until a store answers. */
const AT_A_TIME = 16;

/** Does work for all objects whose keys begin with a prefix, for several at a time. */
export async function eachObject(
  store: ObjectStore,
  prefix: string,
  work: (object: Listed) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const objects = store.list(prefix)[Symbol.asyncIterator]();
  const oneAfterTheOther = async () => {
    for (;;) {
      signal?.throwIfAborted();
      const { done, value } = await objects.next();
      if (done) return;
      await work(value);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, oneAfterTheOther));
}
