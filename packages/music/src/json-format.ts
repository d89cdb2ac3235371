/**
 * A format of values that are JSON: parsed and checked, and written with two spaces.
 * @param check gives the value, or throws where it is something else
 * @example
 * const countsFormat = jsonFormat((value) => z.array(z.int()).parse(value));
 */
export function jsonFormat<T>(check: (value: unknown) => T) {
  return {
    parse: (bytes: Uint8Array): T => check(parseJson(bytes)),
    serialize: (value: T): string => `${JSON.stringify(value, undefined, 2)}\n`,
  };
}

/**
 * What JSON in UTF-8 says.
 * @throws {SyntaxError} where it is not JSON
 * @example
 * parseJson(Buffer.from('[1, 2]')); // [1, 2]
 */
export function parseJson(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes));
}
