import type { LearningCurve } from '@etude/trainer';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { PageContent } from '../content/content.js';
import type { LiveRun, LiveSongs, LiveStage } from '../live.js';
import { Footer, Header } from './frame.js';
import { order, useNews } from './news.js';
import { bytesOf, synthSource } from './payload.js';
import { Player } from './player/player.js';
import { STATUS } from './sections/experiment.js';
import { Learning } from './sections/learning.js';
import { Songs } from './sections/songs.js';

/** A run while it goes on. Once it has ended its page takes the place of this one. */
export function Live({ experiment, etude, isOneOfMany }: LiveProps) {
  const { news: run, isLost } = useNews<LiveRun>();
  useEffect(() => {
    if (run?.status === 'done') location.replace('report.html');
  }, [run?.status]);
  const songs = useSongs(run?.hasSongs === true);
  const curves = useMemo(
    () => (run && run.curve.length > 1 ? [{ name: '', curve: curveOf(run) }] : []),
    [run?.curve.at(-1)?.step],
  );
  return (
    <>
      <Header
        title={experiment}
        words={isLost ? 'the run has ended' : (run?.status ?? 'connecting')}
        sections={SECTIONS}
      />
      <main>
        <section id="run" aria-label="Run">
          <h2>Run</h2>
          <ol class="stages">
            {run?.stages.map((stage) => (
              <Stage key={stage.name} {...stage} />
            ))}
          </ol>
          {run?.canStop && !isLost && (
            <button type="button" onClick={() => void order('stop')}>
              Stop; {isOneOfMany ? 'it can go on from there' : 'the same command goes on from there'}
            </button>
          )}
          {run?.canStart && !isLost && (
            <button type="button" onClick={() => void order('start')}>
              {run.status === 'stopped' ? 'Go on' : 'Run'}
            </button>
          )}
          {isOneOfMany && (
            <p>
              <a href="../../">All experiments</a>
            </p>
          )}
        </section>
        {curves.length > 0 && <Learning curves={curves} isLive />}
        {songs && <Songs content={songs.content} player={songs.player} />}
        <section id="log" aria-label="Log">
          <h2>Log</h2>
          <pre class="log">{run?.log.join('\n')}</pre>
        </section>
      </main>
      <Footer version={etude} />
    </>
  );
}

interface LiveProps {
  readonly experiment: string;
  readonly etude: string;
  readonly isOneOfMany: boolean;
}

const SECTIONS = ['Run', 'Learning', 'Songs', 'Log'];

function Stage({ name, status, reasons, words, share }: LiveStage) {
  return (
    <li class={status}>
      <strong>{name}</strong> {STATUS[status] ?? status} <span class="faint">{words || reasons.join('; ')}</span>
      {status === 'running' && <progress value={share} max={1} aria-label={`${name}, done`} />}
    </li>
  );
}

/** The curve so far; nothing is kept yet. */
function curveOf({ curve }: LiveRun): LearningCurve {
  const points = curve.map(({ step, training = Number.NaN, heldOut }) => ({
    ...{ step, epoch: 1, trainingLoss: training, validationLoss: heldOut },
  }));
  return { points, kept: points.at(-1)! };
}

/** The songs, with a player, once there are any. */
function useSongs(areThere: boolean): { readonly content: PageContent; readonly player: Player } | undefined {
  const [found, setFound] = useState<{ readonly content: PageContent; readonly player: Player }>();
  useEffect(() => {
    if (!areThere) return;
    void fetch('songs.json')
      .then((response) => response.json())
      .then(({ songs, sounds, samplesEach }: LiveSongs) => {
        const content = { ...NO_CONTENT, songs, samplesEach };
        setFound({ content, player: new Player(synthSource, async () => bytesOf(sounds)) });
      });
  }, [areThere]);
  return found;
}

const NO_CONTENT: PageContent = {
  ...{ songs: [], sources: [], sourceCount: 0, distributions: [], measures: [] },
  curve: { points: [], kept: { step: 0, epoch: 0, trainingLoss: 0, validationLoss: undefined } },
};
