/**
 * The lines of a text in UTF-8, which may be longer than a string can be. Nothing behind the last line end counts.
 * @example
 * [...textLines(Buffer.from('a\nb\n'))]; // ['a', 'b']
 */
export function* textLines(bytes: Uint8Array): Generator<string> {
  const decoder = new TextDecoder();
  for (let from = 0; ; ) {
    const end = bytes.indexOf(10, from);
    if (end < 0) return;
    yield decoder.decode(bytes.subarray(from, end));
    from = end + 1;
  }
}

/**
 * A text in UTF-8 of these lines.
 * @example
 * joinLines(['a', 'b']).toString(); // 'a\nb\n'
 */
export function joinLines(lines: Iterable<string>): Uint8Array {
  const parts: Buffer[] = [];
  for (const line of lines) parts.push(Buffer.from(`${line}\n`));
  return Buffer.concat(parts);
}
