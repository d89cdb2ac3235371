import type { LearningCurve } from '@etude/trainer';
import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { useTheme } from '../theme.js';

const HEIGHT = 280;

/** The learning curve: losses in nats per token, and how much would be copied, by step. */
export function Learning({ curve }: { curve: LearningCurve }) {
  const frame = useRef<HTMLDivElement>(null);
  const { colours } = useTheme();
  const [isLog, setLog] = useState(false);
  const { points, kept } = curve;
  const hasCopies = points.some(({ copiedShare }) => copiedShare !== undefined);
  useEffect(() => {
    const element = frame.current!;
    const axis = { stroke: colours.text, grid: { stroke: colours.line, width: 1 }, ticks: { stroke: colours.line } };
    const numbers = (value: number | null | undefined) => value?.toFixed(3) ?? '–';
    const plot = new uPlot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        scales: { x: { time: false }, y: { distr: isLog ? 3 : 1 }, copies: { range: [0, 1] } },
        axes: [
          { ...axis, label: 'step' },
          { ...axis, label: 'nats per token' },
          ...(hasCopies
            ? [{ ...axis, side: 1 as const, scale: 'copies', label: 'copied', grid: { show: false } }]
            : []),
        ],
        series: [
          { label: 'step' },
          { label: 'training', stroke: colours.parts[0]!, width: 2, value: (_, value) => numbers(value) },
          { label: 'held out', stroke: colours.parts[1]!, width: 2, value: (_, value) => numbers(value) },
          ...(hasCopies
            ? [{ label: 'copied', stroke: colours.parts[2]!, width: 1.5, dash: [4, 4], scale: 'copies' }]
            : []),
        ],
        hooks: {
          draw: [
            ({ ctx, bbox, valToPos }) => {
              const x = valToPos(kept.step, 'x', true);
              ctx.save();
              ctx.strokeStyle = colours.noise;
              ctx.setLineDash([6, 4]);
              ctx.lineWidth = window.devicePixelRatio || 1;
              ctx.beginPath();
              ctx.moveTo(x, bbox.top);
              ctx.lineTo(x, bbox.top + bbox.height);
              ctx.stroke();
              ctx.restore();
            },
          ],
        },
      },
      [
        points.map(({ step }) => step),
        points.map(({ trainingLoss }) => trainingLoss),
        points.map(({ validationLoss }) => validationLoss ?? null),
        ...(hasCopies ? [points.map(({ copiedShare }) => copiedShare ?? null)] : []),
      ],
      element,
    );
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [curve, colours, isLog]);
  const lossOf = kept.validationLoss ?? kept.trainingLoss;
  return (
    <section id="learning" aria-label="Learning">
      <h2>Learning</h2>
      <p>
        Kept is the model after <strong>step {kept.step}</strong> (dashed line):{' '}
        {kept.validationLoss === undefined ? 'training' : 'held-out'} loss {lossOf.toFixed(3)} nats per token,
        perplexity {Math.exp(lossOf).toFixed(1)}.
      </p>
      <label>
        <input type="checkbox" checked={isLog} onChange={({ currentTarget: { checked } }) => setLog(checked)} />{' '}
        logarithmic
      </label>
      <div ref={frame} class="plot" />
    </section>
  );
}
