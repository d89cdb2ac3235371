import { useEffect, useMemo, useReducer, useState } from 'preact/hooks';
import type { ComparedToShow } from '../../page-html.js';
import { download } from '../download.js';
import { type Music, musicOf, playableOf } from '../music.js';
import type { Player } from '../player/player.js';
import { drawPair, type Entry, storedVotes, storeVotes, tally, type Vote, votesToCsv } from '../votes.js';

interface ListeningProps {
  /** at least two */
  readonly experiments: readonly ComparedToShow[];
  readonly player: Player;
}

const LETTERS = ['A', 'B'] as const;
const ANSWERS = [
  ['a', 'A is better'],
  ['b', 'B is better'],
  ['neither', 'Neither'],
] as const;

/** Two songs of two experiments, heard without knowing which is whose. */
export function Listening({ experiments, player }: ListeningProps) {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => player.onChange(() => redraw(undefined)), [player]);
  const names = experiments.map(({ name, content }) => ({ name, songs: content.songs.map((song) => song.name) }));
  const stored = `etude-votes ${names.map(({ name }) => name).join(' ')}`;
  const [votes, setVotes] = useState(() => storedVotes(stored));
  const [pair, setPair] = useState(() => drawPair(names, Math.random));
  const [isKnown, setKnown] = useState(false);
  const music = useMemo(() => pair.map((entry) => musicOf(songOf(experiments, entry))), [pair]);
  const isPlaying = player.state === 'playing' || player.state === 'loading';
  const isHeard = (index: number) => isPlaying && player.piece?.midi === music[index]!.midi;
  const hear = (index: number) => {
    const heard = music[index]!;
    if (player.piece?.midi === heard.midi) player.toggle();
    else {
      player.load(playableOf(heard));
      void player.play();
    }
  };
  const vote = (better: Vote['better']) => {
    const all = [...votes, { at: new Date().toISOString(), a: pair[0], b: pair[1], better }];
    setVotes(all);
    storeVotes(stored, all);
    setKnown(true);
  };
  const next = () => {
    player.pause();
    setPair(drawPair(names, Math.random));
    setKnown(false);
  };
  const counts = tally(votes);
  return (
    <section id="listening" aria-label="Listening">
      <h2>By ear</h2>
      <p class="faint">Two songs, and you do not know whose. Which is better? What you say stays in this browser.</p>
      <div class="pair">
        {LETTERS.map((letter, index) => (
          <div key={letter}>
            <button type="button" aria-pressed={isHeard(index)} onClick={() => hear(index)}>
              {isHeard(index) ? 'Pause' : 'Hear'} {letter}
            </button>{' '}
            <span class="faint">{isKnown ? inWords(pair[index]!) : lengthOf(music[index]!)}</span>
          </div>
        ))}
      </div>
      <div class="pair">
        {!isKnown &&
          ANSWERS.map(([better, words]) => (
            <button type="button" key={better} onClick={() => vote(better)}>
              {words}
            </button>
          ))}
        <button type="button" onClick={next}>
          {isKnown ? 'Next pair' : 'Another pair'}
        </button>
      </div>
      {votes.length > 0 && (
        <>
          <ul class="tally" role="status">
            {names.map(({ name }) => {
              const { better = 0, worse = 0, neither = 0 } = counts.get(name) ?? {};
              return (
                <li key={name}>
                  <strong>{name}</strong>: {better} times better, {worse} times worse, {neither} times neither
                </li>
              );
            })}
          </ul>
          <button type="button" onClick={() => download('votes.csv', votesToCsv(votes), 'text/csv')}>
            Save {votes.length} {votes.length === 1 ? 'vote' : 'votes'} as CSV
          </button>
        </>
      )}
    </section>
  );
}

function songOf(experiments: readonly ComparedToShow[], { experiment, song }: Entry) {
  return experiments.find(({ name }) => name === experiment)!.content.songs.find(({ name }) => name === song)!;
}

function inWords({ experiment, song }: Entry): string {
  return `${experiment}, ${song}`;
}

function lengthOf({ bars, seconds }: Music): string {
  return `${bars.length - 1} bars, ${Math.round(seconds)} s`;
}
