import { useEffect, useRef } from 'preact/hooks';
import type { Music } from '../music.js';
import { useTheme } from '../theme.js';

const SIZE = 220;

/** How alike any two bars are, as a picture: stripes beside the diagonal are repeats. */
export function Similarity({ song, digits }: { song: Music; digits: readonly string[] }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { theme, colours } = useTheme();
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const ratio = window.devicePixelRatio || 1;
    canvas.current!.width = canvas.current!.height = SIZE * ratio;
    context.scale(ratio, ratio);
    context.fillStyle = colours.background;
    context.fillRect(0, 0, SIZE, SIZE);
    const cell = SIZE / Math.max(1, digits.length);
    const [edge, gap] = [(i: number) => Math.round(i * cell * ratio) / ratio, cell > 6 ? 1 / ratio : 0];
    for (const [row, values] of digits.entries()) {
      for (let column = 0; column < values.length; column++) {
        const alike = Number(values[column]) / 9;
        if (alike === 0) continue;
        context.fillStyle = theme === 'dark' ? `rgba(143, 208, 245, ${alike})` : `rgba(11, 37, 69, ${alike})`;
        const [left, top] = [edge(column), edge(row)];
        context.fillRect(left, top, edge(column + 1) - left - gap, edge(row + 1) - top - gap);
      }
    }
  }, [digits, theme, colours]);
  return (
    <div>
      <h3>How alike its bars are</h3>
      <canvas
        ref={canvas}
        class="similarity"
        role="img"
        aria-label={`${song.bars.length - 1} bars against each other: what is the same is dark, so that repeats are stripes beside the diagonal`}
      />
      <p class="faint">Each bar against each other. Stripes beside the diagonal are passages that come back.</p>
    </div>
  );
}
