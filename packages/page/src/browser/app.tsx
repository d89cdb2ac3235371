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
    return (
      <>
        <Header title="Comparison" words={data.experiments.map(({ name }) => name).join(', ')} sections={COMPARISON} />
        <main>
          <Comparison experiments={data.experiments} player={player} />
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
  const count = content.songs.length;
  return (
    <>
      <Header title={run.experiment} words={`${count} ${count === 1 ? 'song' : 'songs'}`} sections={EXPERIMENT} />
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

const EXPERIMENT = ['Songs', 'Measures', 'Distributions', 'Learning', 'Experiment'];
const COMPARISON = ['Listening', 'Measures', 'Parameters', 'Learning', 'Songs'];
