import { useEffect, useRef } from 'preact/hooks';
import { barAt, type Music } from '../music.js';
import type { Player } from '../player/player.js';
import { Icon } from './icons.js';

interface TransportProps {
  readonly player: Player;
  readonly music: Music;
  readonly onToggle: () => void;
  readonly onNext: () => void;
  readonly onPrevious: () => void;
}

/** Play, pause, where it is, tempo and volume. */
export function Transport({ player, music, onToggle, onNext, onPrevious }: TransportProps) {
  const isPlaying = player.state === 'playing' || player.state === 'loading';
  return (
    <fieldset class="transport" aria-label="Player">
      <button type="button" aria-label="Previous song" title="Previous song (p)" onClick={onPrevious}>
        <Icon name="previous" />
      </button>
      <button type="button" class="play" aria-label={isPlaying ? 'Pause' : 'Play'} title="Space" onClick={onToggle}>
        <Icon name={isPlaying ? 'pause' : 'play'} />
      </button>
      <button type="button" aria-label="Next song" title="Next song (n)" onClick={onNext}>
        <Icon name="next" />
      </button>
      <Position player={player} music={music} />
      <label>
        Tempo{' '}
        <input
          type="range"
          min="0.5"
          max="2"
          step="0.05"
          value={player.tempo}
          onInput={({ currentTarget: { value } }) => player.setTempo(Number(value))}
        />
        <output>{Math.round(100 * player.tempo)} %</output>
      </label>
      <label>
        Volume{' '}
        <input
          type="range"
          min="0"
          max="1"
          step="0.05"
          value={player.volume}
          onInput={({ currentTarget: { value } }) => player.setVolume(Number(value))}
        />
      </label>
      {player.loop && (
        <button type="button" onClick={() => player.setLoop(undefined)} title="Escape, in the piano roll">
          Loop: bars {barAt(music, music.quarterAt(player.loop.from))} to{' '}
          {barAt(music, music.quarterAt(player.loop.until) - 0.01)} ✕
        </button>
      )}
      <p class="status" role="status">
        {player.state === 'loading' && 'getting the sounds ready …'}
        {player.state === 'failed' && `This browser cannot play: ${player.problem}`}
      </p>
    </fieldset>
  );
}

/** Where the piece is: written at each frame, past the rest of the page. */
function Position({ player, music }: { player: Player; music: Music }) {
  const slider = useRef<HTMLInputElement>(null);
  const text = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    let request = 0;
    let shown = '';
    const move = () => {
      const { time } = player;
      const words = `${clock(time)} / ${clock(music.seconds)}, bar ${barAt(music, music.quarterAt(time))}`;
      if (words !== shown && text.current && slider.current) {
        text.current.textContent = words;
        slider.current.value = `${time}`;
        slider.current.setAttribute('aria-valuetext', words);
        shown = words;
      }
      request = requestAnimationFrame(move);
    };
    request = requestAnimationFrame(move);
    return () => cancelAnimationFrame(request);
  }, [player, music]);
  return (
    <>
      <input
        class="position"
        type="range"
        aria-label="Position"
        min="0"
        max={music.seconds}
        step="0.1"
        ref={slider}
        onInput={({ currentTarget: { value } }) => player.seek(Number(value))}
      />
      <span class="clock" ref={text} />
    </>
  );
}

function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${`${whole % 60}`.padStart(2, '0')}`;
}
