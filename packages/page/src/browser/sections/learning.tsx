import type { LearningCurve } from '@etude/trainer';
import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import type { RollColours } from '../roll/draw-roll.js';
import { useTheme } from '../theme.js';

const HEIGHT = 280;

interface NamedCurve {
  /** empty where there is one */
  readonly name: string;
  readonly curve: LearningCurve;
}

/** Learning curves: losses in nats per token, and of a single one how much would be copied, by step. */
export function Learning({ curves, isLive = false }: { curves: readonly NamedCurve[]; isLive?: boolean }) {
  const frame = useRef<HTMLDivElement>(null);
  const { colours } = useTheme();
  const [isLog, setLog] = useState(false);
  const isOnly = curves.length === 1;
  useEffect(() => {
    const element = frame.current!;
    const plot = new uPlot(...plotOf(curves, { colours, isLog, isLive, width: element.clientWidth }), element);
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [curves, colours, isLog]);
  return (
    <section id="learning" aria-label="Learning">
      <h2>Learning</h2>
      {(isLive ? [] : curves).map(({ name, curve: { kept } }) => (
        <p key={name}>
          {name ? `${name}: kept` : 'Kept'} is the model after <strong>step {kept.step}</strong>
          {isOnly && ' (dashed line)'}: {kept.validationLoss === undefined ? 'training' : 'held-out'} loss{' '}
          {lossOf(kept).toFixed(3)} nats per token, perplexity {Math.exp(lossOf(kept)).toFixed(1)}.
        </p>
      ))}
      <label>
        <input type="checkbox" checked={isLog} onChange={({ currentTarget: { checked } }) => setLog(checked)} />{' '}
        logarithmic
      </label>
      <div ref={frame} class="plot" />
    </section>
  );
}

function lossOf({ validationLoss, trainingLoss }: LearningCurve['kept']): number {
  return validationLoss ?? trainingLoss;
}

interface PlotOptions {
  readonly colours: RollColours;
  readonly isLog: boolean;
  /** whether it still grows, so that nothing is kept yet */
  readonly isLive: boolean;
  readonly width: number;
}

/** A line of a plot, by step. */
interface Line {
  readonly series: uPlot.Series;
  readonly points: readonly (readonly [step: number, value: number | null])[];
}

function plotOf(
  curves: readonly NamedCurve[],
  { colours, isLog, isLive, width }: PlotOptions,
): [uPlot.Options, uPlot.AlignedData] {
  const only = curves.length === 1 ? curves[0]!.curve : undefined;
  const axis = { stroke: colours.text, grid: { stroke: colours.line, width: 1 }, ticks: { stroke: colours.line } };
  const colour = (index: number) => colours.parts[index % colours.parts.length]!;
  const value = (_: uPlot, loss: number | null) => loss?.toFixed(3) ?? '–';
  const lines = curves.flatMap(({ name, curve: { points } }, index): Line[] => {
    const of = (words: string) => (name ? `${name}, ${words}` : words);
    return [
      {
        series: { label: of('training'), stroke: colour(index), width: 1.5, dash: [4, 3], value },
        points: points.map(({ step, trainingLoss }) => [step, trainingLoss]),
      },
      {
        series: { label: of('held out'), stroke: colour(only ? 1 : index), width: 2, value },
        points: points.map(({ step, validationLoss }) => [step, validationLoss ?? null]),
      },
    ];
  });
  const hasCopies = only?.points.some(({ copiedShare }) => copiedShare !== undefined) === true;
  if (hasCopies) {
    lines.push({
      series: { label: 'copied', stroke: colour(2), width: 1.5, dash: [1, 3], scale: 'copies', value },
      points: only!.points.map(({ step, copiedShare }) => [step, copiedShare ?? null]),
    });
  }
  const copied = { ...axis, side: 1 as const, scale: 'copies', label: 'copied', grid: { show: false } };
  const draw = (plot: uPlot) => {
    if (only && !isLive) drawStep(plot, only.kept.step, colours.noise);
  };
  const options = {
    ...{ width, height: HEIGHT, hooks: { draw: [draw] } },
    scales: {
      x: { time: false },
      y: { distr: isLog ? (3 as const) : (1 as const) },
      copies: { range: [0, 1] as [number, number] },
    },
    axes: [{ ...axis, label: 'step' }, { ...axis, label: 'nats per token' }, ...(hasCopies ? [copied] : [])],
    // Steps at which one line has a point and another has none leave no gap.
    series: [{ label: 'step' }, ...lines.map(({ series }) => ({ ...series, spanGaps: true }))],
  };
  const tables = lines.map(({ points }): uPlot.AlignedData => [points.map(([step]) => step), points.map(([, y]) => y)]);
  return [options, uPlot.join(tables)];
}

/** A dashed line at a step. */
function drawStep({ ctx, bbox, valToPos }: uPlot, step: number, colour: string): void {
  const x = valToPos(step, 'x', true);
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.setLineDash([6, 4]);
  ctx.lineWidth = window.devicePixelRatio || 1;
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}
