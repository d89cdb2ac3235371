import { useEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';
import type { PageContent, PageCopy, PageSong } from '../../content/content.js';
import { download } from '../download.js';
import { type Music, musicOf, playableOf } from '../music.js';
import type { Player } from '../player/player.js';
import { Roll } from '../roll/roll.js';
import { Happenings } from './happenings.js';
import { Parts } from './parts.js';
import { Similarity } from './similarity.js';
import { Transport } from './transport.js';

/** Songs and pieces of the source, of which one is shown and played, and another may stand beside it. */
export function Songs({ content, player }: { content: PageContent; player: Player }) {
  const { songs, sources, sourceCount } = content;
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => player.onChange(() => redraw(undefined)), [player]);
  const [shown, setShown] = useState(0);
  const [beside, setBeside] = useState<number>();
  /** quarter notes by which a place of the song is later than the one of the source that it is heard against */
  const [later, setLater] = useState(0);
  const song = useMusic(songs, shown)!;
  const source = useMusic(sources, beside);
  /** Whether a piece is the one in the player, which others on the page may have put something else into. */
  const isIn = (music: Music | undefined) => music !== undefined && player.piece?.midi === music.midi;
  const played = source && isIn(source) ? source : song;

  /** Puts what is to be heard into the player: a piece, from a place in quarter notes on. */
  const hear = (music: Music, quarter: number) => {
    const at = Math.max(0, Math.min(music.secondsAt(quarter), music.seconds));
    if (isIn(music)) player.seek(at);
    else player.load(playableOf(music), at);
  };
  useEffect(() => hear(played, 0), []);

  const show = (index: number) => {
    setShown(index);
    setLater(0);
    hear(musicFor(songs, index), 0);
  };
  /** The other one of the two that stand side by side, at the same place; from its beginning where it has none. */
  const swap = () => {
    if (source === undefined) return;
    const [other, by] = played === source ? [song, later] : [source, -later];
    const place = played.quarterAt(player.time) + by;
    hear(other, place >= 0 && place < other.end ? place : 0);
    void player.play();
  };
  const putBeside = (index: number | undefined) => {
    setBeside(index);
    setLater(0);
    if (played === source) hear(song, played.quarterAt(player.time));
  };
  const playCopy = ({ piece, from }: NonNullable<PageCopy['source']>, inSong: number) => {
    setBeside(piece);
    setLater(inSong - from);
    hear(musicFor(sources, piece), from);
    void player.play();
  };
  const choices = useRef<HTMLFieldSetElement>(null);
  // The list alone is scrolled, and never the page.
  useEffect(() => {
    const list = choices.current!;
    const [around, chosen] = [list, list.children[shown]!].map((element) => element.getBoundingClientRect());
    if (chosen!.bottom > around!.bottom) list.scrollTop += chosen!.bottom - around!.bottom;
    if (chosen!.top < around!.top) list.scrollTop -= around!.top - chosen!.top;
  }, [shown]);
  const toggle = () => {
    if (!isIn(played)) hear(played, 0);
    player.toggle();
  };
  const next = () => show((shown + 1) % songs.length);
  const previous = () => show((shown + songs.length - 1) % songs.length);
  useShortcuts({ ' ': toggle, n: next, p: previous, s: swap });

  const { marks, sections, copies, surprise } = songs[shown]!;
  const unusual = content.measures.filter((row) => row.songs[shown]?.isUnusual);
  return (
    <section id="songs" aria-label="Songs">
      <fieldset class="choices" aria-label="Songs" ref={choices}>
        {songs.map(({ name }, index) => (
          <button type="button" key={name} aria-pressed={index === shown} onClick={() => show(index)}>
            {name}
          </button>
        ))}
      </fieldset>
      {content.samplesEach !== undefined && (
        <p class="faint">
          So many instruments play that, to keep this page small, each has at most {content.samplesEach} of its samples:
          less natural than it could be.
        </p>
      )}
      <Transport player={player} music={played} onToggle={toggle} onNext={next} onPrevious={previous} />
      <div class="title">
        <h2>{song.name}</h2>
        <button type="button" onClick={() => save(song)}>
          Save as MIDI
        </button>
      </div>
      {unusual.length > 0 && (
        <p class="faint">
          Unusual for this music:{' '}
          {unusual
            .map(({ name, songs: all, normal }) => `${name.toLowerCase()} ${all[shown]!.text} (normal: ${normal})`)
            .join(', ')}
          .
        </p>
      )}
      <Roll
        {...{ music: song, player, marks, sections, copies, surprise }}
        isPlayed={isIn(song)}
        onSeek={(quarter) => hear(song, quarter)}
      />
      <Parts music={song} player={player} isPlayed={isIn(song)} />
      <div class="beside">
        <label>
          Beside it{' '}
          <select
            value={beside === undefined ? '' : `${beside}`}
            onChange={({ currentTarget: { value } }) => putBeside(value === '' ? undefined : Number(value))}
          >
            <option value="">nothing</option>
            {sources.map(({ name }, index) => (
              <option key={name} value={`${index}`}>
                {name}
              </option>
            ))}
          </select>
        </label>
        {sourceCount > sources.length && (
          <span class="faint">
            {sources.length} of {sourceCount} pieces are in this page
          </span>
        )}
        {source && (
          <button type="button" onClick={swap} title="s">
            {played === source ? 'Hear the song here' : 'Hear the source here'}
          </button>
        )}
      </div>
      {source && (
        <>
          <h2>{source.name}</h2>
          <Roll
            {...{ music: source, player }}
            copies={copies.flatMap(({ notes, source: place }) =>
              place && place.piece === beside ? [{ notes, from: place.from, until: place.until }] : [],
            )}
            isPlayed={isIn(source)}
            onSeek={(quarter) => hear(source, quarter)}
          />
          <Parts music={source} player={player} isPlayed={isIn(source)} />
        </>
      )}
      <div class="columns">
        <Happenings
          {...{ song, marks, sections, copies, sources }}
          sourceMusic={(piece) => musicFor(sources, piece)}
          onHear={(quarter) => {
            hear(song, quarter);
            void player.play();
          }}
          onHearCopy={playCopy}
        />
        <Similarity song={song} digits={songs[shown]!.similarity} />
      </div>
    </section>
  );
}

const read = new WeakMap<object, Music>();

/** A piece of the page, read once. */
function musicFor(pieces: readonly (PageSong | PageContent['sources'][number])[], index: number): Music {
  const piece = pieces[index]!;
  const music = read.get(piece) ?? musicOf(piece);
  read.set(piece, music);
  return music;
}

function useMusic(pieces: PageContent['sources'], index: number | undefined): Music | undefined {
  return useMemo(() => (index === undefined ? undefined : musicFor(pieces, index)), [pieces, index]);
}

/** Saves a song as the file that it is. */
function save({ name, midi }: Music): void {
  download(`${name.toLowerCase().replaceAll(' ', '-')}.mid`, Uint8Array.from(midi), 'audio/midi');
}

/** Keys that work wherever nothing else is typed into or pressed. What was clicked with the mouse does not keep them. */
function useShortcuts(actions: Readonly<Record<string, () => void>>): void {
  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      const isTyped = target.matches('select, textarea, input:not([type=range])');
      const isPressed = event.key === ' ' && target.matches('button, a, summary');
      const action = actions[event.key];
      if (isTyped || isPressed || action === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      action();
    };
    const letGo = (event: MouseEvent) => {
      // A key that presses a button is no click of the mouse.
      const pressed = (event.target as HTMLElement).closest<HTMLElement>('button, input[type=range]');
      if (event.detail > 0) pressed?.blur();
    };
    document.addEventListener('keydown', listener);
    document.addEventListener('click', letGo);
    return () => {
      document.removeEventListener('keydown', listener);
      document.removeEventListener('click', letGo);
    };
  });
}
