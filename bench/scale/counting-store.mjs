/** Objects in memory that count what they are asked for: an `ObjectStore` of the engine. */
export class CountingStore {
  objects = new Map();
  requests = { get: 0, put: 0, list: 0, remove: 0 };
  /** that came up the line, whether they were stored or there already, and that went down */
  bytes = { up: 0, down: 0 };
  /** requests by key */
  byKey = new Map();

  async get(key) {
    this.#count('get', key);
    const bytes = this.objects.get(key);
    this.bytes.down += bytes?.length ?? 0;
    return bytes;
  }

  async put(key, bytes, { ifAbsent = false } = {}) {
    this.#count('put', key);
    this.bytes.up += bytes.length;
    if (ifAbsent && this.objects.has(key)) return false;
    this.objects.set(key, bytes);
    return true;
  }

  async remove(key) {
    this.#count('remove', key);
    this.objects.delete(key);
  }

  async *list(prefix) {
    this.#count('list', prefix);
    for (const key of [...this.objects.keys()].sort()) {
      if (key.startsWith(prefix)) yield { key, bytes: this.objects.get(key).length, modified: new Date() };
    }
  }

  #count(kind, key) {
    this.requests[kind]++;
    this.byKey.set(key, (this.byKey.get(key) ?? 0) + 1);
  }
}
