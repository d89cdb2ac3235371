import { drawRoll, type RollToDraw } from './draw-roll.js';
import type { View } from './viewport.js';

/** A canvas that is to be drawn in pixels of the page, made as fine as the screen, and empty. */
export function contextOf(
  canvas: HTMLCanvasElement,
  { width, height }: { readonly width: number; readonly height: number },
): CanvasRenderingContext2D {
  const ratio = window.devicePixelRatio || 1;
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== wide || canvas.height !== high) [canvas.width, canvas.height] = [wide, high];
  const context = canvas.getContext('2d')!;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}

/**
 * Draws a view of a roll: where the view has only moved, what is to be seen still is moved, and only the rest is drawn.
 * @param before the view that is drawn already; undefined where all is new
 */
export function drawScrolled(
  canvas: HTMLCanvasElement,
  roll: Omit<RollToDraw, 'view' | 'strip'>,
  before: View | undefined,
  view: View,
): void {
  const context = contextOf(canvas, roll);
  const size = view.until - view.from;
  const isSameSize = before !== undefined && Math.abs(before.until - before.from - size) < 1e-9 * size;
  const pixels = before ? ((view.from - before.from) / size) * canvas.width : 0;
  const whole = Math.round(pixels);
  if (!isSameSize || Math.abs(whole) >= canvas.width || Math.abs(pixels - whole) > 0.01) {
    drawRoll(context, { ...roll, view, strip: view });
    return;
  }
  if (whole === 0) return;
  context.save();
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.drawImage(canvas, -whole, 0);
  context.restore();
  const shown = (Math.abs(whole) / canvas.width) * size;
  const strip =
    whole > 0 ? { from: view.until - shown, until: view.until } : { from: view.from, until: view.from + shown };
  drawRoll(context, { ...roll, view, strip });
}
