import { useEffect, useRef } from 'preact/hooks';
import type { Music } from '../music.js';
import type { Player } from '../player/player.js';
import { useTheme } from '../theme.js';

interface PartsProps {
  readonly music: Music;
  readonly player: Player;
  readonly isPlayed: boolean;
}

/** The parts of a piece: their colours, how loud each is now, and which are heard. */
export function Parts({ music, player, isPlayed }: PartsProps) {
  const { colours } = useTheme();
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    let request = 0;
    const show = () => {
      for (const meter of list.current?.querySelectorAll<HTMLElement>('.level') ?? []) {
        const level = isPlayed ? player.levelOf(Number(meter.dataset.channel)) : 0;
        meter.style.transform = `scaleX(${Math.min(1, 2 * Math.sqrt(level)).toFixed(3)})`;
        meter.dataset.level = level.toFixed(4);
      }
      request = requestAnimationFrame(show);
    };
    request = requestAnimationFrame(show);
    return () => cancelAnimationFrame(request);
  }, [player, music, isPlayed]);
  return (
    <ul class="parts" ref={list} aria-label={`Parts of ${music.name}`}>
      {music.parts.map(({ channel, name }, part) => (
        <li key={channel} class={isPlayed && !player.isHeard(channel) ? 'silent' : ''}>
          <span class="swatch" style={{ background: colours.parts[part % colours.parts.length] }} />
          <span class="name">{name}</span>
          <span class="meter" aria-hidden="true">
            <span
              class="level"
              data-channel={channel}
              style={{ background: colours.parts[part % colours.parts.length] }}
            />
          </span>
          <button
            type="button"
            disabled={!isPlayed}
            aria-pressed={isPlayed && player.muted.has(channel)}
            aria-label={`Mute ${name}`}
            onClick={() => player.toggleMute(channel)}
          >
            Mute
          </button>
          <button
            type="button"
            disabled={!isPlayed}
            aria-pressed={isPlayed && player.soloed.has(channel)}
            aria-label={`Solo ${name}`}
            onClick={() => player.toggleSolo(channel)}
          >
            Solo
          </button>
        </li>
      ))}
    </ul>
  );
}
