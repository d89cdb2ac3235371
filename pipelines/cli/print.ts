import { plainText } from '@etude/report';
import pc from 'picocolors';

/** On a terminal, unless its user wants none (no-color.org). Nx asks for colours even where its output is a file. */
export const colours = pc.createColors(process.stdout.isTTY === true && !process.env.NO_COLOR);

/** One JSON document on standard output. */
export function printJson(value: unknown): void {
  console.log(plainLines(JSON.stringify(value, undefined, 2)));
}

/** Lines that have text out of files or from a user in them, and no colours yet. */
export function plainLines(text: string): string {
  return text.split('\n').map(plainText).join('\n');
}

/** 1234567 → "1.2 MB" */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const power = Math.min(3, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toFixed(1)} ${['B', 'kB', 'MB', 'GB'][power]}`;
}

/** 75 → "1:15" */
export function formatTime(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const tail = `${`${whole % 60}`.padStart(2, '0')}`;
  return hours > 0 ? `${hours}:${`${minutes}`.padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}

/** Columns of text from anywhere, padded to their widest cell, two spaces between. */
export function formatColumns(
  cells: readonly (readonly string[])[],
  alignRight: (column: number) => boolean = () => false,
): string {
  const rows = cells.map((row) => row.map(plainText));
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  }
  return rows
    .map((row) =>
      row
        .map((cell, column) => (alignRight(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
