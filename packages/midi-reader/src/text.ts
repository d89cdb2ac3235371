/** A text of a file: as people read it, and its bytes where they are not what UTF-8 would write. */
export interface FileText {
  readonly text: string;
  /** one character for each byte (Latin-1) */
  readonly bytes?: string;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });
const SHIFT_JIS = new TextDecoder('shift_jis', { fatal: true });
/** Latin-1, and what Windows has in the place of control characters. */
const LATIN_1 = new TextDecoder('windows-1252');

/**
 * Reads a text of which the file does not say the encoding (SMF 1.0 asks for ASCII): UTF-8 where it is valid, else Shift-JIS where that
 * gives Japanese, else Latin-1. Spaces and control characters around it are not part of it.
 */
export function decodeText(whole: Uint8Array): FileText {
  let [from, to] = [0, whole.length];
  while (from < to && whole[from]! <= 32) from += 1;
  while (from < to && whole[to - 1]! <= 32) to -= 1;
  const bytes = whole.subarray(from, to);
  const utf8 = decoded(UTF8, bytes);
  if (utf8 !== undefined) return { text: utf8.trim() };
  const japanese = decoded(SHIFT_JIS, bytes);
  const text = japanese !== undefined && isJapanese(japanese) ? japanese : LATIN_1.decode(bytes);
  return { text: text.trim(), bytes: Buffer.from(bytes).toString('latin1') };
}

function decoded(decoder: InstanceType<typeof TextDecoder>, bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * Whether a text is what somebody wrote in Japanese. Shift-JIS makes a Japanese character of many an accented letter and the one behind it
 * ("Bläser": "Bl舖er"); but it seldom makes two in a row, or characters for private use.
 */
function isJapanese(text: string): boolean {
  const letter = '[\\u3000-\\u30ff\\u4e00-\\u9fff\\uff01-\\uff9f]';
  return !/[\ue000-\uf8ff]/.test(text) && new RegExp(`${letter}{2}|^${letter}$`).test(text);
}
