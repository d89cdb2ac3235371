import { useMemo, useState } from 'preact/hooks';
import type { MeasureRow } from '../../content/content.js';
import type { ComparedToShow, SweepToShow } from '../../page-html.js';
import type { Player } from '../player/player.js';
import { Learning } from './learning.js';
import { Listening } from './listening.js';
import { ScrolledTable } from './scrolled-table.js';
import { Songs } from './songs.js';
import { SortedTable } from './sorted-table.js';
import { Sweep } from './sweep.js';

interface ComparisonProps {
  readonly experiments: readonly ComparedToShow[];
  /** of which they are points, the best first */
  readonly sweep?: SweepToShow | undefined;
  readonly player: Player;
}

/** Experiments side by side: by ear, by what was measured, by what they were told, and by how they learned. */
export function Comparison({ experiments, sweep, player }: ComparisonProps) {
  const [shown, setShown] = useState(0);
  const curves = useMemo(() => experiments.map(({ name, content }) => ({ name, curve: content.curve })), [experiments]);
  const { content } = experiments[shown]!;
  return (
    <>
      {sweep && <Sweep sweep={sweep} />}
      {sweep && sweep.points.length > experiments.length && (
        <p class="faint">
          What follows is of the first {experiments.length} points by {sweep.by}.
        </p>
      )}
      {experiments.length > 1 && <Listening experiments={experiments} player={player} />}
      <MeasuresOf experiments={experiments} />
      <ParametersOf experiments={experiments} />
      <Learning curves={curves} />
      <fieldset class="choices experiments" aria-label="Experiments">
        {experiments.map(({ name }, index) => (
          <button type="button" key={name} aria-pressed={index === shown} onClick={() => setShown(index)}>
            {name}
          </button>
        ))}
      </fieldset>
      <Songs key={shown} content={content} player={player} />
    </>
  );
}

function meanOf({ songs }: MeasureRow): number {
  const values = songs.map(({ value }) => value).filter((value) => Number.isFinite(value));
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function meanInWords({ songs }: MeasureRow, mean: number): string {
  return songs.some(({ text }) => text.endsWith('%')) ? `${Math.round(100 * mean)} %` : mean.toFixed(1);
}

/** Means over the songs of each experiment; a click on a measure sorts by it. */
function MeasuresOf({ experiments }: { experiments: readonly ComparedToShow[] }) {
  const rows = experiments.map(({ name, content: { curve, measures } }) => {
    const { validationLoss } = curve.kept;
    const means = measures.map((measure) => {
      const value = meanOf(measure);
      return { value, content: meanInWords(measure, value) };
    });
    const heldOut = { value: validationLoss ?? Number.NaN, content: validationLoss?.toFixed(3) ?? '–' };
    return { name, cells: [heldOut, ...means] };
  });
  const columns = ['Held-out loss', ...experiments[0]!.content.measures.map(({ name }) => name)];
  return (
    <section id="measures" aria-label="Measures">
      <h2>Measures</h2>
      <p class="faint">
        Means over the songs of each experiment, pitches as MIDI keys. A click on a measure sorts by it.
      </p>
      <SortedTable label="Table of measures" head="Experiment" columns={columns} rows={rows} />
    </section>
  );
}

function ParametersOf({ experiments }: { experiments: readonly ComparedToShow[] }) {
  const names = [...new Set(experiments.flatMap(({ params }) => Object.keys(params)))];
  return (
    <section id="parameters" aria-label="Parameters">
      <h2>Parameters that differ</h2>
      {names.length === 0 && <p class="faint">None.</p>}
      <ScrolledTable
        label="Table of parameters"
        heads={
          <>
            <th scope="col">Parameter</th>
            {experiments.map(({ name }) => (
              <th scope="col" key={name}>
                {name}
              </th>
            ))}
          </>
        }
      >
        {names.map((param) => (
          <tr key={param}>
            <th scope="row">{param}</th>
            {experiments.map(({ name, params }) => (
              <td key={name}>{params[param] === undefined ? '–' : JSON.stringify(params[param])}</td>
            ))}
          </tr>
        ))}
      </ScrolledTable>
    </section>
  );
}
