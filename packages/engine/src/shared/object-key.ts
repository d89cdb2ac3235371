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

/** @throws {Error} where {@link isKey} is false */
export function checkKey(key: string): void {
  if (!isKey(key)) throw new Error(`invalid key of an object: ${JSON.stringify(key)}`);
}
