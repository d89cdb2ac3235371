/**
 * What a terminal or a page would take for a command, or not show: control characters, those that turn the direction of
 * writing, other invisible ones, line separators, halves of characters. What joins letters (Persian, emoji) is none of it.
 */
const NOT_TEXT = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * Text out of a file or from a user, with all that is not text in it as `\u001b`. In JSON that means the same.
 * @example
 * plainText('red \x1b[31m'); // 'red \\u001b[31m'
 */
export function plainText(text: string): string {
  return text.replace(NOT_TEXT, (found) =>
    Array.from({ length: found.length }, (_, at) => `\\u${found.charCodeAt(at).toString(16).padStart(4, '0')}`).join(
      '',
    ),
  );
}

/** Such text as the words of a Markdown document, also in a table. */
export function markdownText(text: string): string {
  return htmlText(text).replace(/[\\|`*_~[\]]/g, '\\$&');
}

/** Such text as the words of an HTML or SVG document. */
export function htmlText(text: string): string {
  return plainText(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
