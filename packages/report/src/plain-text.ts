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
function markdownText(text: string): string {
  return htmlText(text).replace(/[\\|`*_~[\]]/g, '\\$&');
}

/**
 * Rows of cells as a Markdown table; the first row is its head, and numbers stand in all columns but the first.
 * @example
 * markdownTable([['song', 'notes'], ['a', '12']]); // '| song | notes |\n|---|---:|\n| a | 12 |\n'
 */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const [head, ...body] = rows.map((cells) => `| ${cells.map(markdownText).join(' | ')} |`);
  const rule = `|---|${'---:|'.repeat(Math.max(0, (rows[0]?.length ?? 0) - 1))}`;
  return `${[head, rule, ...body].join('\n')}\n`;
}

/** Such text as the words of an HTML or SVG document. */
export function htmlText(text: string): string {
  return plainText(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
