import { useMemo } from 'preact/hooks';
import type { PageData } from '../page-html.js';
import { Footer, Header } from './frame.js';
import { Live } from './live-page.js';
import { OverviewPage } from './overview-page.js';
import { sounds, synthSource } from './payload.js';
import { Player } from './player/player.js';
import { Comparison } from './sections/comparison.js';
import { Distributions } from './sections/distributions.js';
import { Experiment } from './sections/experiment.js';
import { Learning } from './sections/learning.js';
import { Measures } from './sections/measures.js';
import { Songs } from './sections/songs.js';

export function App({ data }: { data: PageData }) {
  const player = useMemo(() => new Player(synthSource, sounds), []);
  if (data.kind === 'comparison') {
    const { experiments, sweep } = data;
    const words = sweep ? countOf(sweep.points.length, 'point') : experiments.map(({ name }) => name).join(', ');
    return (
      <>
        <Header title={sweep?.name ?? 'Comparison'} words={words} sections={sweep ? SWEEP : COMPARISON} />
        <main>
          <Comparison experiments={experiments} sweep={sweep} player={player} />
        </main>
        <Footer version={data.etude} />
      </>
    );
  }
  if (data.kind === 'live') return <Live {...data} />;
  if (data.kind === 'overview') return <OverviewPage {...data} />;
  return <ExperimentPage {...data} player={player} />;
}

type ExperimentData = Extract<PageData, { kind: 'experiment' }>;

function ExperimentPage({ content, run, player }: Omit<ExperimentData, 'kind'> & { player: Player }) {
  const curves = useMemo(() => [{ name: '', curve: content.curve }], [content]);
  return (
    <>
      <Header title={run.experiment} words={countOf(content.songs.length, 'song')} sections={EXPERIMENT} />
      <main>
        <Songs content={content} player={player} />
        <Measures rows={content.measures} sources={content.sourceCount} />
        <Distributions distributions={content.distributions} />
        <Learning curves={curves} />
        <Experiment run={run} />
      </main>
      <Footer version={run.versions.etude} />
    </>
  );
}

function countOf(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

const EXPERIMENT = ['Songs', 'Measures', 'Distributions', 'Learning', 'Experiment'];
const COMPARISON = ['Listening', 'Measures', 'Parameters', 'Learning', 'Songs'];
const SWEEP = ['Sweep', ...COMPARISON];
