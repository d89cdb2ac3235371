import { percussionName } from '@etude/music';
import type { Mark, PageCopy, PageSong } from '../../content/content.js';
import type { Music } from '../music.js';
import type { View } from './viewport.js';

/** Pixels: the ruler with bar numbers, the sections in it, and the line of surprise below the notes. */
const RULER = 22;
const SECTIONS = 18;
const SURPRISE = 44;
/** A beat and a key of percussion are shown by themselves where they have so many. */
const BEAT = 14;
const NAMED = 10;
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
  readonly sections: PageSong['sections'];
  readonly copies: readonly Pick<PageCopy, 'from' | 'until' | 'notes'>[];
  readonly surprise: readonly number[];
}

/** Pixels of the ruler. */
export function rulerOf({ sections }: Pick<RollToDraw, 'sections'>): number {
  return sections.length > 0 ? RULER + SECTIONS : RULER;
}

/** Draws all that does not move while a piece is played, but what is written at the left edge: {@link drawLabels}. */
export function drawRoll(context: CanvasRenderingContext2D, roll: RollToDraw): void {
  const { view, strip, width, height, colours } = roll;
  context.save();
  const edge = (quarter: number) => ((quarter - view.from) / (view.until - view.from)) * width;
  context.beginPath();
  context.rect(edge(strip.from), 0, edge(strip.until) - edge(strip.from), height);
  context.clip();
  const places = placesOf(roll);
  const { top, bottom } = places;
  const x = edge;
  context.fillStyle = colours.background;
  context.fillRect(0, 0, width, height);
  keys(context, roll, places);
  bars(context, roll, x, places);
  sections(context, roll, x);
  context.fillStyle = colours.copy;
  for (const { from, until } of roll.copies) {
    context.fillRect(x(from), top, Math.max(2, x(until) - x(from)), bottom - top);
  }
  notes(context, roll, places, x);
  for (const { at, kind } of roll.marks) {
    context.strokeStyle = kind === 'noise' ? colours.noise : colours.rule;
    context.lineWidth = 1;
    context.setLineDash([3, 3]);
    context.beginPath();
    context.moveTo(x(at), top);
    context.lineTo(x(at), bottom);
    context.stroke();
    context.setLineDash([]);
  }
  if (roll.surprise.length > 0) surprise(context, roll, x, bottom);
  context.restore();
}

/** Writes which keys are C, what is struck, and what is below the notes. */
export function drawLabels(
  context: CanvasRenderingContext2D,
  roll: Pick<RollToDraw, 'music' | 'width' | 'height' | 'colours' | 'surprise' | 'sections'>,
): void {
  const { music, width, height, colours, surprise } = roll;
  const { bottom, foot, keyHeight, y, struckAt } = placesOf(roll);
  context.clearRect(0, 0, width, height);
  context.fillStyle = colours.text;
  context.font = '11px system-ui, sans-serif';
  context.textBaseline = 'middle';
  for (let key = firstC(music); key <= music.highest + KEY_ROOM; key += 12) {
    if (y(key) < foot - 8) context.fillText(`C${key / 12 - 1}`, 4, y(key) + keyHeight / 2);
  }
  if (keyHeight >= NAMED) {
    for (const key of music.percussion) context.fillText(percussionName(key), 4, struckAt(key) + keyHeight / 2);
  } else if (music.percussion.length > 0) {
    context.fillText('percussion', 4, (foot + bottom) / 2);
  }
  if (surprise.length === 0) return;
  context.textBaseline = 'top';
  context.fillText(`surprise of the model, up to ${mostOf(surprise).toFixed(1)} nats per token`, 4, bottom + 2);
}

type Places = ReturnType<typeof placesOf>;

/** Where keys stand: those of pitched parts, and below them a row for each that is struck. */
function placesOf(roll: Pick<RollToDraw, 'music' | 'height' | 'surprise' | 'sections'>) {
  const { music, height, surprise } = roll;
  const struck = music.percussion.length;
  const top = rulerOf(roll);
  const bottom = height - (surprise.length > 0 ? SURPRISE : 0);
  const low = music.lowest - KEY_ROOM;
  const pitched = music.parts.every(({ isPercussion }) => isPercussion)
    ? 0
    : Math.max(12, music.highest + KEY_ROOM + 1 - low);
  const keyHeight = (bottom - top) / (pitched + struck + (struck > 0 ? 1 : 0));
  /** below the pitched keys */
  const foot = top + pitched * keyHeight;
  return {
    ...{ top, bottom, foot, low, keyHeight },
    y: (key: number) => foot - (key - low + 1) * keyHeight,
    struckAt: (key: number) => bottom - (music.percussion.indexOf(key) + 1) * keyHeight,
  };
}

function firstC({ lowest }: Music): number {
  return Math.ceil(Math.max(0, lowest - KEY_ROOM) / 12) * 12;
}

function mostOf(values: readonly number[]): number {
  return values.reduce((greatest, value) => Math.max(greatest, value), 1);
}

function keys(
  context: CanvasRenderingContext2D,
  { width, colours, music }: RollToDraw,
  { low, foot, top, keyHeight, y }: Places,
): void {
  if (foot > top) {
    context.fillStyle = colours.black;
    for (let key = Math.max(0, low); key <= music.highest + KEY_ROOM; key++) {
      if ([1, 3, 6, 8, 10].includes(key % 12) && keyHeight >= 2) context.fillRect(0, y(key), width, keyHeight);
    }
  }
  context.fillStyle = colours.line;
  if (foot > top) {
    for (let key = firstC(music); key <= music.highest + KEY_ROOM; key += 12) {
      context.fillRect(0, Math.round(y(key) + keyHeight), width, 1);
    }
  }
  if (music.percussion.length > 0) context.fillRect(0, Math.round(foot), width, 1);
}

function bars(
  context: CanvasRenderingContext2D,
  { music, view, strip, width, colours }: RollToDraw,
  x: (quarter: number) => number,
  { top, bottom }: Places,
): void {
  const shown = music.bars.length * ((view.until - view.from) / Math.max(1, music.end));
  // A number every 1, 2, 5, 10, … bars, some 60 pixels from the next.
  const every = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024].find((step) => (width * step) / shown >= 56) ?? 2048;
  context.fillStyle = colours.line;
  context.fillRect(0, top - 1, width, 1);
  context.font = '11px system-ui, sans-serif';
  context.textBaseline = 'middle';
  for (const [bar, start] of music.bars.entries()) {
    const next = music.bars[bar + 1];
    const beat = music.beats[bar];
    if (next === undefined || beat === undefined || next < strip.from || start > strip.until) continue;
    context.fillStyle = colours.line;
    const areBeatsShown = x(beat) - x(0) >= BEAT;
    for (let at = start + beat; areBeatsShown && at < next - 1e-6; at += beat) {
      context.fillRect(Math.round(x(at)), top, 1, bottom - top);
    }
  }
  for (const [bar, start] of music.bars.entries()) {
    // A number stands behind its bar line.
    if (x(start) < x(strip.from) - 40 || start > strip.until) continue;
    const isNumbered = bar % every === 0 && bar + 1 < music.bars.length;
    if (!isNumbered && (width * every) / shown / every < 6) continue;
    context.fillStyle = isNumbered ? colours.bar : colours.line;
    context.fillRect(Math.round(x(start)), top, 1, bottom - top);
    context.fillStyle = colours.text;
    if (isNumbered) context.fillText(`${bar + 1}`, x(start) + 3, RULER / 2);
  }
}

/** The sections of a song in a form, below the numbers of its bars: each begins with a line, and a varied one is striped. */
function sections(
  context: CanvasRenderingContext2D,
  { music, sections: all, strip, colours }: RollToDraw,
  x: (quarter: number) => number,
): void {
  for (const [index, { at, name }] of all.entries()) {
    const until = all[index + 1]?.at ?? music.end;
    if (until < strip.from || at > strip.until) continue;
    const [left, right] = [x(at), x(until)];
    context.fillStyle = colours.black;
    context.fillRect(left, RULER, right - left - 1, SECTIONS - 2);
    if (name.endsWith("'")) {
      context.fillStyle = colours.line;
      for (let stripe = left; stripe < right - 2; stripe += 8) context.fillRect(stripe, RULER, 2, SECTIONS - 2);
    }
    context.fillStyle = colours.bar;
    context.fillRect(left, RULER, 2, SECTIONS - 2);
    if (right - left < 24) continue;
    context.fillStyle = colours.text;
    context.fillText(name.replace("'", '′'), left + 6, RULER + SECTIONS / 2 - 1);
  }
}

/** Whatever is narrower than a pixel is drawn once for each pixel, so that a piece of 50,000 notes is as quick as it looks. */
function notes(
  context: CanvasRenderingContext2D,
  { music, strip, width, colours, isHeard }: RollToDraw,
  { keyHeight, y, struckAt }: Places,
  x: (quarter: number) => number,
): void {
  const { starts, ends, keys, velocities, partOf, parts } = music;
  const high = Math.max(1.5, keyHeight - (keyHeight > 4 ? 1 : 0));
  const last = new Int32Array(128 * parts.length).fill(-2);
  const heights = parts.map(({ isPercussion }) =>
    Float64Array.from({ length: 128 }, (_, key) => (isPercussion ? struckAt(key) : y(key))),
  );
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
      // What is struck sounds for as long as it does, however long its note is.
      const least = parts[part]!.isPercussion ? Math.max(3, Math.min(wide, high)) : wide - (wide > 4 ? 1 : 0);
      context.fillRect(left, heights[part]![keys[i]!]!, Math.max(1, least), high);
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
