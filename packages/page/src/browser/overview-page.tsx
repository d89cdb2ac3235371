import { useState } from 'preact/hooks';
import type { Overview, OverviewRow } from '../live.js';
import { Footer, Header } from './frame.js';
import { order, useNews } from './news.js';
import { type SortedRow, SortedTable } from './sections/sorted-table.js';

/** All experiments: which are being run, what they left, and which are to be heard side by side. */
export function OverviewPage({ etude }: { etude: string }) {
  const { news, isLost } = useNews<Overview>();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const toggle = (experiment: string) =>
    setChosen((before) => {
      const next = new Set(before);
      if (!next.delete(experiment)) next.add(experiment);
      return next;
    });
  const rows = news?.experiments ?? [];
  const running = rows.filter(({ status }) => status === 'running').length;
  const words = isLost ? 'etude ui has ended' : running > 0 ? `${running} of ${rows.length} running` : `${rows.length}`;
  const compared = rows.filter(({ experiment }) => chosen.has(experiment)).map(({ experiment }) => experiment);
  const address = `comparison.html?${new URLSearchParams(compared.map((name) => ['experiment', name]))}`;
  return (
    <>
      <Header title="Experiments" words={words} sections={[]} />
      <main>
        <section aria-label="Experiments">
          {news && rows.length === 0 && (
            <p>There is no experiment yet. In a terminal, etude song my.mid makes one of some music.</p>
          )}
          {rows.length > 0 && (
            <>
              <SortedTable
                label="Table of experiments"
                head="Experiment"
                columns={['State', 'Last run', 'Held-out loss', 'Songs', 'Longest copy', 'Bars that come back']}
                rows={rows.map((row) => shown(row, chosen.has(row.experiment), () => toggle(row.experiment)))}
                rest="Run"
              />
              <p>
                {compared.length > 1 ? (
                  <a class="button" href={address}>
                    Compare {compared.length} experiments
                  </a>
                ) : (
                  <span class="faint">Tick two or more to hear and see them side by side.</span>
                )}
              </p>
            </>
          )}
        </section>
      </main>
      <Footer version={etude} />
    </>
  );
}

const RANK = ['running', 'stopping', 'failed', 'stopped', 'done', 'never run'] as const;

function shown(row: OverviewRow, isChosen: boolean, onChoose: () => void): SortedRow {
  const { experiment, status, now, problem, last, canStart, canStop } = row;
  const folder = `runs/${encodeURIComponent(experiment)}/`;
  const isRunning = status === 'running' || status === 'stopping';
  const page = isRunning ? folder : last?.hasPage && status === 'done' ? `${folder}report.html` : undefined;
  const figure = (value: number | undefined, text: (value: number) => string) => ({
    value: value ?? Number.NaN,
    content: value === undefined ? '–' : text(value),
  });
  return {
    name: experiment,
    head: (
      <>
        <input
          type="checkbox"
          aria-label={`Compare ${experiment}`}
          checked={isChosen}
          disabled={!last?.hasPage}
          onChange={onChoose}
        />{' '}
        {page ? (
          <a href={page}>{experiment}</a>
        ) : status === 'never run' ? (
          experiment
        ) : (
          <a href={folder}>{experiment}</a>
        )}
      </>
    ),
    cells: [
      {
        value: -RANK.indexOf(status),
        content: (
          <>
            {status}
            {now && (
              <>
                {`: ${now.name} `}
                <span class="faint">{now.words}</span>
                <progress value={now.share} max={1} aria-label={`${experiment}, ${now.name}, done`} />
              </>
            )}
            {problem !== undefined && <span class="problem">{problem}</span>}
          </>
        ),
      },
      figure(last && Date.parse(last.startedAt), () => last!.startedAt.slice(0, 16).replace('T', ' ')),
      figure(last?.heldOut, (loss) => loss.toFixed(3)),
      figure(last?.songs, (count) => `${count}`),
      figure(last?.longestCopy, (notes) => `${notes} notes`),
      figure(last?.repeatedBars, (share) => `${Math.round(100 * share)} %`),
    ],
    rest: (
      <td>
        {canStart && (
          <button type="button" aria-label={`Run ${experiment}`} onClick={() => void order(`${folder}start`)}>
            {status === 'stopped' ? 'Go on' : 'Run'}
          </button>
        )}
        {canStop && (
          <button type="button" aria-label={`Stop ${experiment}`} onClick={() => void order(`${folder}stop`)}>
            Stop
          </button>
        )}
        {isRunning && !canStop && status === 'running' && <span class="faint">begun elsewhere</span>}
      </td>
    ),
  };
}
