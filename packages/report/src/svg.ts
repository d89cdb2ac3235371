import { htmlText } from './plain-text.js';

export const FAINT = '#8a8f98';
const INK = '#1b1f24';

/** A text in an SVG picture; `content` may hold any character. */
export function text(
  x: number,
  y: number,
  content: string,
  {
    anchor = 'start',
    fill = INK,
    size = 12,
    weight = 400,
  }: { anchor?: string; fill?: string; size?: number; weight?: number } = {},
): string {
  const font = `${size === 12 ? '' : ` font-size="${size}"`}${weight === 400 ? '' : ` font-weight="${weight}"`}`;
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" fill="${fill}"${font}>${htmlText(content)}</text>`;
}

type Point = readonly [x: number, y: number];

/** A straight line; `dashes` as in SVG, such as `4 4`. */
export function line([x1, y1]: Point, [x2, y2]: Point, colour: string, dashes?: string): string {
  const dash = dashes ? ` stroke-dasharray="${dashes}"` : '';
  return `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" stroke="${colour}"${dash}/>`;
}

/** A picture of its elements, on white; `title` is what it is called where it cannot be seen. */
export function picture(title: string, width: number, height: number, elements: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="12">`,
    `<title>${htmlText(title)}</title>`,
    '<rect width="100%" height="100%" fill="white"/>',
    ...elements,
    '</svg>',
    '',
  ].join('\n');
}
