import { MEASURES, type Measure, type RankedPoint } from '@etude/report';
import { useState } from 'preact/hooks';
import type { SweepToShow } from '../../page-html.js';
import { axisOf, measureAxis, valueInWords, withRoom } from './axis.js';

const [WIDTH, HEIGHT] = [420, 240];
const [LEFT, TOP, BOTTOM] = [62, 8, 26];

/** Each parameter that a sweep varies against a measure, which can be chosen. */
export function Sweep({ sweep: { by, points } }: { sweep: SweepToShow }) {
  const known = MEASURES.filter(({ name }) => points.some(({ measures }) => measures[name] !== undefined));
  const [chosen, setChosen] = useState(by);
  const measure = known.find(({ name }) => name === chosen) ?? known[0]!;
  const parameters = [...new Set(points.flatMap(({ values }) => Object.keys(values)))];
  return (
    <section id="sweep" aria-label="Sweep">
      <h2>Sweep</h2>
      <p>
        <label>
          Measure{' '}
          <select value={measure.name} onChange={({ currentTarget: { value } }) => setChosen(value)}>
            {known.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>{' '}
        <span class="faint">
          {measure.explanation}; {measure.isLowerBetter ? 'lower is better' : 'neither low nor high is better'}. A dot
          is a point, the ring {measure.isLowerBetter ? 'the best' : 'the lowest'}, a dash the mean of a value.
        </span>
      </p>
      <div class="charts">
        {parameters.map((parameter) => (
          <Plot key={parameter} parameter={parameter} measure={measure} points={points} />
        ))}
      </div>
    </section>
  );
}

interface PlotProps {
  readonly parameter: string;
  readonly measure: Measure;
  readonly points: readonly RankedPoint[];
}

function Plot({ parameter, measure: { name, text }, points }: PlotProps) {
  const dots = points.flatMap(({ point, values, measures }) => {
    const measured = measures[name];
    return measured === undefined ? [] : [{ point, value: values[parameter] ?? null, measured }];
  });
  const axis = axisOf(dots.map(({ value }) => value));
  const upright = measureAxis(
    dots.map(({ measured }) => measured),
    text,
  );
  const x = (value: unknown) => LEFT + axis.at(value) * (WIDTH - LEFT);
  const y = (at: number) => TOP + (1 - at) * (HEIGHT - TOP - BOTTOM);
  const best = dots.reduce((a, b) => (b.measured < a.measured ? b : a));
  return (
    <figure>
      <figcaption>
        {parameter} <span class="faint">{axis.scale === 'log' && 'logarithmic'}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`${name} by ${parameter}: lowest, ${text(best.measured)}, at ${valueInWords(best.value)}`}
      >
        {upright.ticks.map(({ at, text: words }) => (
          <g key={words}>
            <line class="grid" x1={LEFT} x2={WIDTH} y1={y(at)} y2={y(at)} />
            <text class="upright" x={LEFT - 6} y={y(at) + 4}>
              {words}
            </text>
          </g>
        ))}
        <line class="grid" x1={LEFT} x2={WIDTH} y1={HEIGHT - BOTTOM} y2={HEIGHT - BOTTOM} />
        {withRoom(axis.ticks, WIDTH - LEFT).map(({ at, text: words }) => (
          <text key={words} x={LEFT + at * (WIDTH - LEFT)} y={HEIGHT - 8}>
            {words}
          </text>
        ))}
        <path class="means" d={meansOf(dots, (value, mean) => [x(value), y(upright.at(mean))])} />
        {dots.map(({ point, value, measured }) => (
          <circle key={point} class="dot" cx={x(value)} cy={y(upright.at(measured))} r="4">
            <title>{`${point}: ${text(measured)}`}</title>
          </circle>
        ))}
        <circle class="ring" cx={x(best.value)} cy={y(upright.at(best.measured))} r="7" />
      </svg>
    </figure>
  );
}

/** A dash at the mean of each value of a parameter; none where hardly any value has more than one dot. */
function meansOf(
  dots: readonly { readonly value: unknown; readonly measured: number }[],
  place: (value: unknown, mean: number) => readonly [x: number, y: number],
): string {
  const groups = new Map<string, { readonly value: unknown; readonly numbers: number[] }>();
  for (const { value, measured } of dots) {
    const group = groups.get(valueInWords(value)) ?? { value, numbers: [] };
    group.numbers.push(measured);
    groups.set(valueInWords(value), group);
  }
  const all = [...groups.values()];
  if (2 * all.filter(({ numbers }) => numbers.length > 1).length < all.length) return '';
  return all
    .map(({ value, numbers }) => {
      const [x, y] = place(value, numbers.reduce((sum, number) => sum + number, 0) / numbers.length);
      return `M${(x - 10).toFixed(1)} ${y.toFixed(1)}h20`;
    })
    .join('');
}
