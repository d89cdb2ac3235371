import type { ObjectStore } from '../shared/object-store.js';

/** Objects in memory, which a test can look at and damage. */
export class MemoryStore implements ObjectStore {
  readonly objects = new Map<string, Uint8Array>();
  /** when objects were stored; left out: now */
  readonly stored = new Map<string, Date>();

  async get(key: string): Promise<Uint8Array | undefined> {
    return this.objects.get(key);
  }

  async put(key: string, bytes: Uint8Array, { ifAbsent = false } = {}): Promise<boolean> {
    if (ifAbsent && this.objects.has(key)) return false;
    this.objects.set(key, bytes);
    return true;
  }

  async remove(key: string): Promise<void> {
    this.objects.delete(key);
  }

  async *list(prefix: string): ReturnType<ObjectStore['list']> {
    for (const key of [...this.objects.keys()].sort()) {
      if (key.startsWith(prefix))
        yield { key, bytes: this.objects.get(key)!.length, modified: this.stored.get(key) ?? new Date() };
    }
  }
}
