import type { Mark, PageCopy } from '../../content/content.js';
import type { Music } from '../music.js';
import type { View } from './viewport.js';

/** Pixels: the ruler with bar numbers, and the line of surprise below the notes. */
export const RULER = 22;
const SURPRISE = 44;
const KEY_ROOM = 2;
/** Shades of velocity. */
const SHADES = 4;

export interface RollColours {
  readonly background: string;
  readonly black: string;
  readonly line: string;
  readonly bar: string;
  readonly text: string;
  readonly parts: readonly string[];
  readonly copy: string;
  readonly noise: string;
  readonly rule: string;
  readonly surprise: string;
}

export interface RollToDraw {
  readonly music: Music;
  readonly view: View;
  readonly width: number;
  readonly height: number;
  readonly colours: RollColours;
  /** parts that are not heard are drawn faintly */
  readonly isHeard: (channel: number) => boolean;
  readonly marks: readonly Mark[];
  readonly copies: readonly Pick<PageCopy, 'from' | 'until' | 'notes'>[];
  readonly surprise: readonly number[];
}

/** Draws all that does not move while a piece is played. */
export function drawRoll(context: CanvasRenderingContext2D, roll: RollToDraw): void {
  const { music, view, width, height, colours } = roll;
  const bottom = height - (roll.surprise.length > 0 ? SURPRISE : 0);
  const x = (quarter: number) => ((quarter - view.from) / (view.until - view.from)) * width;
  context.fillStyle = colours.background;
  context.fillRect(0, 0, width, height);
  const low = music.lowest - KEY_ROOM;
  const keyHeight = (bottom - RULER) / Math.max(12, music.highest + KEY_ROOM + 1 - low);
  const y = (key: number) => bottom - (key - low + 1) * keyHeight;
  keys(context, roll, low, bottom, keyHeight, y);
  bars(context, roll, x, bottom);
  context.fillStyle = colours.copy;
  for (const { from, until } of roll.copies) {
    context.fillRect(x(from), RULER, Math.max(2, x(until) - x(from)), bottom - RULER);
  }
  notes(context, roll, keyHeight, x, y);
  for (const { at, kind } of roll.marks) {
    context.strokeStyle = kind === 'noise' ? colours.noise : colours.rule;
    context.lineWidth = 1;
    context.setLineDash([3, 3]);
    context.beginPath();
    context.moveTo(x(at), RULER);
    context.lineTo(x(at), bottom);
    context.stroke();
    context.setLineDash([]);
  }
  if (roll.surprise.length > 0) surprise(context, roll, x, bottom);
}

function keys(
  context: CanvasRenderingContext2D,
  { width, colours, music }: RollToDraw,
  low: number,
  bottom: number,
  keyHeight: number,
  y: (key: number) => number,
): void {
  context.fillStyle = colours.black;
  for (let key = Math.max(0, low); key <= music.highest + KEY_ROOM; key++) {
    if ([1, 3, 6, 8, 10].includes(key % 12) && keyHeight >= 2) context.fillRect(0, y(key), width, keyHeight);
  }
  context.font = '11px system-ui, sans-serif';
  context.textBaseline = 'middle';
  for (let key = Math.max(0, Math.ceil(low / 12) * 12); key <= music.highest + KEY_ROOM; key += 12) {
    context.fillStyle = colours.line;
    context.fillRect(0, Math.round(y(key) + keyHeight), width, 1);
    context.fillStyle = colours.text;
    if (y(key) < bottom - 8) context.fillText(`C${key / 12 - 1}`, 4, y(key) + keyHeight / 2);
  }
}

function bars(
  context: CanvasRenderingContext2D,
  { music, view, width, colours }: RollToDraw,
  x: (quarter: number) => number,
  bottom: number,
): void {
  const shown = music.bars.length * ((view.until - view.from) / Math.max(1, music.end));
  // A number every 1, 2, 5, 10, … bars, some 60 pixels from the next.
  const every = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024].find((step) => (width * step) / shown >= 56) ?? 2048;
  context.fillStyle = colours.line;
  context.fillRect(0, RULER - 1, width, 1);
  context.font = '11px system-ui, sans-serif';
  context.textBaseline = 'middle';
  for (const [bar, start] of music.bars.entries()) {
    if (start < view.from || start > view.until) continue;
    const isNumbered = bar % every === 0 && bar + 1 < music.bars.length;
    if (!isNumbered && (width * every) / shown / every < 6) continue;
    context.fillStyle = isNumbered ? colours.bar : colours.line;
    context.fillRect(Math.round(x(start)), RULER, 1, bottom - RULER);
    context.fillStyle = colours.text;
    if (isNumbered) context.fillText(`${bar + 1}`, x(start) + 3, RULER / 2);
  }
}

/** Whatever is narrower than a pixel is drawn once for each pixel, so that a piece of 50,000 notes is as quick as it looks. */
function notes(
  context: CanvasRenderingContext2D,
  { music, view, width, colours, isHeard }: RollToDraw,
  keyHeight: number,
  x: (quarter: number) => number,
  y: (key: number) => number,
): void {
  const { starts, ends, keys, velocities, partOf, parts } = music;
  const high = Math.max(1.5, keyHeight - (keyHeight > 4 ? 1 : 0));
  const last = new Int32Array(128 * parts.length).fill(-2);
  const paths = parts.map(() => Array.from({ length: SHADES }, () => new Path2D()));
  for (let i = firstVisible(music, view.from); i < starts.length && starts[i]! < view.until; i++) {
    const left = x(starts[i]!);
    const right = Math.min(width, x(ends[i]!));
    if (right < 0) continue;
    const part = partOf[i]!;
    const place = part * 128 + keys[i]!;
    const pixel = Math.floor(right);
    if (right - left < 1 && last[place] === pixel) continue;
    last[place] = pixel;
    const shade = Math.min(SHADES - 1, (velocities[i]! * SHADES) >> 7);
    paths[part]![shade]!.rect(left, y(keys[i]!), Math.max(1, right - left - (right - left > 4 ? 1 : 0)), high);
  }
  for (const [part, shades] of paths.entries()) {
    context.fillStyle = colours.parts[part % colours.parts.length]!;
    for (const [shade, path] of shades.entries()) {
      context.globalAlpha = (0.55 + (0.45 * (shade + 1)) / SHADES) * (isHeard(parts[part]!.channel) ? 1 : 0.2);
      context.fill(path);
    }
  }
  context.globalAlpha = 1;
}

/** The first note that may still sound at a place. */
function firstVisible({ latestEnds }: Music, from: number): number {
  let [low, high] = [0, latestEnds.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (latestEnds[middle]! <= from) low = middle + 1;
    else high = middle;
  }
  return low;
}

function surprise(
  context: CanvasRenderingContext2D,
  { surprise: values, width, height, colours, view }: RollToDraw,
  x: (quarter: number) => number,
  bottom: number,
): void {
  const most = values.reduce((greatest, value) => Math.max(greatest, value), 1);
  context.fillStyle = colours.line;
  context.fillRect(0, bottom, width, 1);
  context.fillStyle = colours.surprise;
  for (let quarter = Math.max(0, Math.floor(view.from)); quarter < Math.min(values.length, view.until); quarter++) {
    const size = (values[quarter]! / most) * (SURPRISE - 14);
    context.fillRect(x(quarter), height - size, Math.max(1, x(quarter + 1) - x(quarter) - 1), size);
  }
  context.fillStyle = colours.text;
  context.font = '11px system-ui, sans-serif';
  context.textBaseline = 'top';
  context.fillText(`surprise of the model, up to ${most.toFixed(1)} nats per token`, 4, bottom + 2);
}
