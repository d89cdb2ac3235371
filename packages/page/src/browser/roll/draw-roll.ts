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
  /** what of the view is drawn; the rest stays as it is */
  readonly strip: View;
  readonly width: number;
  readonly height: number;
  readonly colours: RollColours;
  /** parts that are not heard are drawn faintly */
  readonly isHeard: (channel: number) => boolean;
  readonly marks: readonly Mark[];
  readonly copies: readonly Pick<PageCopy, 'from' | 'until' | 'notes'>[];
  readonly surprise: readonly number[];
}

/** Draws all that does not move while a piece is played, but what is written at the left edge: {@link drawLabels}. */
export function drawRoll(context: CanvasRenderingContext2D, roll: RollToDraw): void {
  const { music, view, strip, width, height, colours } = roll;
  context.save();
  const edge = (quarter: number) => ((quarter - view.from) / (view.until - view.from)) * width;
  context.beginPath();
  context.rect(edge(strip.from), 0, edge(strip.until) - edge(strip.from), height);
  context.clip();
  const { bottom, low, keyHeight, y } = placesOf(music, height, roll.surprise.length > 0);
  const x = edge;
  context.fillStyle = colours.background;
  context.fillRect(0, 0, width, height);
  keys(context, roll, low, keyHeight, y);
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
  context.restore();
}

/** Writes which keys are C, and what is below the notes. */
export function drawLabels(
  context: CanvasRenderingContext2D,
  { music, width, height, colours, surprise }: Pick<RollToDraw, 'music' | 'width' | 'height' | 'colours' | 'surprise'>,
): void {
  const { bottom, keyHeight, y } = placesOf(music, height, surprise.length > 0);
  context.clearRect(0, 0, width, height);
  context.fillStyle = colours.text;
  context.font = '11px system-ui, sans-serif';
  context.textBaseline = 'middle';
  for (
    let key = Math.ceil(Math.max(0, music.lowest - KEY_ROOM) / 12) * 12;
    key <= music.highest + KEY_ROOM;
    key += 12
  ) {
    if (y(key) < bottom - 8) context.fillText(`C${key / 12 - 1}`, 4, y(key) + keyHeight / 2);
  }
  if (surprise.length === 0) return;
  context.textBaseline = 'top';
  context.fillText(`surprise of the model, up to ${mostOf(surprise).toFixed(1)} nats per token`, 4, bottom + 2);
}

/** Where keys stand. */
function placesOf(music: Music, height: number, hasSurprise: boolean) {
  const bottom = height - (hasSurprise ? SURPRISE : 0);
  const low = music.lowest - KEY_ROOM;
  const keyHeight = (bottom - RULER) / Math.max(12, music.highest + KEY_ROOM + 1 - low);
  return { bottom, low, keyHeight, y: (key: number) => bottom - (key - low + 1) * keyHeight };
}

function mostOf(values: readonly number[]): number {
  return values.reduce((greatest, value) => Math.max(greatest, value), 1);
}

function keys(
  context: CanvasRenderingContext2D,
  { width, colours, music }: RollToDraw,
  low: number,
  keyHeight: number,
  y: (key: number) => number,
): void {
  context.fillStyle = colours.black;
  for (let key = Math.max(0, low); key <= music.highest + KEY_ROOM; key++) {
    if ([1, 3, 6, 8, 10].includes(key % 12) && keyHeight >= 2) context.fillRect(0, y(key), width, keyHeight);
  }
  context.fillStyle = colours.line;
  for (let key = Math.max(0, Math.ceil(low / 12) * 12); key <= music.highest + KEY_ROOM; key += 12) {
    context.fillRect(0, Math.round(y(key) + keyHeight), width, 1);
  }
}

function bars(
  context: CanvasRenderingContext2D,
  { music, view, strip, width, colours }: RollToDraw,
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
    // A number stands behind its bar line.
    if (x(start) < x(strip.from) - 40 || start > strip.until) continue;
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
  { music, strip, width, colours, isHeard }: RollToDraw,
  keyHeight: number,
  x: (quarter: number) => number,
  y: (key: number) => number,
): void {
  const { starts, ends, keys, velocities, partOf, parts } = music;
  const high = Math.max(1.5, keyHeight - (keyHeight > 4 ? 1 : 0));
  const last = new Int32Array(128 * parts.length).fill(-2);
  const heights = Float64Array.from({ length: 128 }, (_, key) => y(key));
  // Drawn shade by shade: to change the colour takes longer than to fill a rectangle.
  const shown: number[][] = Array.from({ length: SHADES * parts.length }, () => []);
  for (let i = firstVisible(music, strip.from); i < starts.length && starts[i]! < strip.until; i++) {
    if (ends[i]! <= strip.from) continue;
    const part = partOf[i]!;
    const [left, right] = [x(starts[i]!), x(ends[i]!)];
    const place = part * 128 + keys[i]!;
    const pixel = Math.floor(right);
    if (right - left < 1 && last[place] === pixel) continue;
    last[place] = pixel;
    shown[part * SHADES + ((velocities[i]! * SHADES) >> 7)]!.push(i);
  }
  for (const [shade, some] of shown.entries()) {
    const part = Math.floor(shade / SHADES);
    context.fillStyle = colours.parts[part % colours.parts.length]!;
    context.globalAlpha = (0.55 + (0.45 * ((shade % SHADES) + 1)) / SHADES) * (isHeard(parts[part]!.channel) ? 1 : 0.2);
    for (const i of some) {
      const left = x(starts[i]!);
      const wide = Math.min(width + 4, x(ends[i]!)) - left;
      context.fillRect(left, heights[keys[i]!]!, Math.max(1, wide - (wide > 4 ? 1 : 0)), high);
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
  { surprise: values, width, height, colours, strip }: RollToDraw,
  x: (quarter: number) => number,
  bottom: number,
): void {
  const most = mostOf(values);
  context.fillStyle = colours.line;
  context.fillRect(0, bottom, width, 1);
  context.fillStyle = colours.surprise;
  for (let quarter = Math.max(0, Math.floor(strip.from)); quarter < Math.min(values.length, strip.until); quarter++) {
    const size = (values[quarter]! / most) * (SURPRISE - 14);
    context.fillRect(x(quarter), height - size, Math.max(1, x(quarter + 1) - x(quarter) - 1), size);
  }
}
