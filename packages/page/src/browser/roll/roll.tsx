import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Mark, PageCopy, PageSong } from '../../content/content.js';
import { barAt, type Music, snapped } from '../music.js';
import type { Player } from '../player/player.js';
import { useTheme } from '../theme.js';
import { drawLabels, rulerOf } from './draw-roll.js';
import { contextOf, drawScrolled } from './scrolled.js';
import { following, moved, type View, within, zoomed } from './viewport.js';

export interface RollProps {
  readonly music: Music;
  readonly player: Player;
  /** whether it is this piece that is played */
  readonly isPlayed: boolean;
  readonly marks?: readonly Mark[];
  readonly sections?: PageSong['sections'];
  readonly copies?: readonly PageCopy[];
  readonly surprise?: readonly number[];
  /** called with a place in quarter notes where one clicks */
  readonly onSeek: (quarter: number) => void;
}

const NONE: readonly never[] = [];
/** Pixels that a pointer may move and still click. */
const STILL = 4;

/** A piano roll: pan by dragging or scrolling, zoom by pinching or Ctrl and scrolling, select a loop in its ruler. */
export function Roll({
  music,
  player,
  isPlayed,
  marks = NONE,
  sections = NONE,
  copies = NONE,
  surprise = NONE,
  onSeek,
}: RollProps) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const labels = useRef<HTMLCanvasElement>(null);
  const head = useRef<HTMLDivElement>(null);
  const size = useSize(frame);
  const { colours } = useTheme();
  const whole = useMemo(() => ({ from: 0, until: music.end }), [music]);
  const [view, setView] = useState<View>(whole);
  useEffect(() => setView(whole), [whole]);
  const state = useRef({ view, music, isPlayed });
  state.current = { view, music, isPlayed };

  const heard = music.parts.map(({ channel }) => !isPlayed || player.isHeard(channel)).join();
  const content = useMemo(() => {
    const isHeard = (channel: number) => !isPlayed || player.isHeard(channel);
    return { music, ...size, colours, isHeard, marks, sections, copies, surprise };
  }, [music, size, colours, heard, marks, sections, copies, surprise]);
  const drawn = useRef<{ readonly content: object; readonly view: View } | undefined>(undefined);
  useEffect(() => {
    if (size.width === 0) return;
    const before = drawn.current?.content === content ? drawn.current.view : undefined;
    if (before === undefined) drawLabels(contextOf(labels.current!, size), content);
    drawScrolled(canvas.current!, content, before, view);
    drawn.current = { content, view };
  }, [content, view]);

  // The playhead moves without anything else being drawn.
  useEffect(() => {
    let request = 0;
    const move = () => {
      const { view, music, isPlayed } = state.current;
      const at = isPlayed ? music.quarterAt(player.time) : -1;
      const share = (at - view.from) / (view.until - view.from);
      if (head.current) {
        head.current.hidden = share < 0 || share > 1;
        head.current.style.transform = `translateX(${share * size.width}px)`;
      }
      if (isPlayed && player.state === 'playing') {
        const next = following(view, at, music.end);
        if (next.from !== view.from) setView(next);
      }
      request = requestAnimationFrame(move);
    };
    request = requestAnimationFrame(move);
    return () => cancelAnimationFrame(request);
  }, [player, size.width]);

  const at = (clientX: number) => {
    const { left, width } = frame.current!.getBoundingClientRect();
    return view.from + ((clientX - left) / width) * (view.until - view.from);
  };
  const perPixel = (view.until - view.from) / Math.max(1, size.width);
  const [draft, setDraft] = useState<View>();
  const loop = isPlayed ? player.loop : undefined;
  /** A loop between two places, from one quarter note or bar to another. */
  const setLoop = (a: number, b: number) => {
    const [from, until] = snapped(music, Math.min(a, b), Math.max(a, b)).map((quarter) => music.secondsAt(quarter));
    player.setLoop({ from: from!, until: until! });
  };
  const pointers = usePointers({
    at,
    ruler: rulerOf({ sections }),
    onClick: onSeek,
    onSelect(a, b, isDone) {
      setDraft(isDone ? undefined : { from: a, until: b });
      if (isDone && isPlayed) setLoop(a, b);
    },
    onPan: (pixels) => setView((before) => moved(before, -pixels * perPixel, music.end, perPixel / ratio())),
    onPinch: (factor, middle) => setView((before) => zoomed(before, factor, at(middle), music.end)),
  });

  // A listener of its own, since the page must not scroll while the roll zooms.
  useEffect(() => {
    const wheel = (event: WheelEvent) => {
      const sideways = event.deltaX || (event.shiftKey ? event.deltaY : 0);
      if (!event.ctrlKey && !event.metaKey && sideways === 0) return;
      event.preventDefault();
      if (sideways !== 0) setView((before) => moved(before, sideways * perPixel, music.end, perPixel / ratio()));
      else setView((before) => zoomed(before, Math.exp(-event.deltaY / 200), at(event.clientX), music.end));
    };
    frame.current!.addEventListener('wheel', wheel, { passive: false });
    return () => frame.current?.removeEventListener('wheel', wheel);
  });

  const zoom = (factor: number) =>
    setView((before) => zoomed(before, factor, (before.from + before.until) / 2, music.end));
  const here = () => (isPlayed ? music.quarterAt(player.time) : 0);
  const onKeyDown = (event: KeyboardEvent) => {
    const bar = barAt(music, here()) - 1;
    const actions: Record<string, () => void> = {
      ArrowRight: () => onSeek(music.bars[Math.min(bar + 1, music.bars.length - 2)]!),
      ArrowLeft: () => onSeek(music.bars[Math.max(0, here() - music.bars[bar]! < 0.5 ? bar - 1 : bar)]!),
      Home: () => onSeek(0),
      End: () => onSeek(music.bars.at(-2)!),
      '+': () => zoom(1.5),
      '=': () => zoom(1.5),
      '-': () => zoom(1 / 1.5),
      0: () => setView(whole),
      '[': () => isPlayed && setLoop(here(), player.loop ? music.quarterAt(player.loop.until) : music.end),
      ']': () => isPlayed && setLoop(player.loop ? music.quarterAt(player.loop.from) : 0, here()),
      Escape: () => player.setLoop(undefined),
    };
    const action = actions[event.key];
    if (action === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  };
  const selected = draft ?? (loop && { from: music.quarterAt(loop.from), until: music.quarterAt(loop.until) });
  const share = (quarter: number) => (quarter - view.from) / (view.until - view.from);

  return (
    <div class="roll">
      <div
        class="roll-frame"
        ref={frame}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the roll is operated by keys
        tabIndex={0}
        role="application"
        aria-label={`Piano roll of ${music.name}: ${music.starts.length} notes in ${music.bars.length - 1} bars. Arrow keys move by bars, plus and minus zoom, square brackets set the ends of a loop.`}
        onKeyDown={onKeyDown}
        {...pointers}
      >
        <canvas ref={canvas} />
        <canvas ref={labels} />
        {selected && <div class="loop" style={spanOf(share(selected.from), share(selected.until))} />}
        <div class="playhead" ref={head} hidden />
      </div>
      <div class="zoom">
        <button type="button" title="Closer (+)" aria-label="Zoom in" onClick={() => zoom(1.5)}>
          +
        </button>
        <button type="button" title="From further away (−)" aria-label="Zoom out" onClick={() => zoom(1 / 1.5)}>
          −
        </button>
        <button
          type="button"
          title="All of it (0)"
          aria-label="Show all"
          onClick={() => setView(within(whole, music.end))}
        >
          ↔
        </button>
      </div>
    </div>
  );
}

function ratio(): number {
  return window.devicePixelRatio || 1;
}

/** Where something stands that goes from one share of the width to another. */
function spanOf(a: number, b: number) {
  return { left: `${100 * Math.min(a, b)}%`, width: `${100 * Math.abs(b - a)}%` };
}

/** Pixels of an element, also after it has changed. */
function useSize(element: { readonly current: HTMLElement | null }) {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      const { width, height } = entry!.contentRect;
      setSize({ width, height });
    });
    observer.observe(element.current!);
    return () => observer.disconnect();
  }, []);
  return size;
}

interface Gestures {
  readonly at: (clientX: number) => number;
  /** its pixels */
  readonly ruler: number;
  readonly onClick: (quarter: number) => void;
  readonly onSelect: (from: number, until: number, isDone: boolean) => void;
  readonly onPan: (pixels: number) => void;
  readonly onPinch: (factor: number, middle: number) => void;
}

/** What mouse, pen and fingers do: click, drag, drag in the ruler, pinch. */
function usePointers({ at, ruler, onClick, onSelect, onPan, onPinch }: Gestures) {
  const down = useRef(new Map<number, number>());
  const first = useRef({ x: 0, isRuler: false, hasMoved: false });
  return {
    onPointerDown(event: PointerEvent) {
      const target = event.currentTarget as HTMLElement;
      target.setPointerCapture(event.pointerId);
      down.current.set(event.pointerId, event.clientX);
      const isRuler = event.clientY - target.getBoundingClientRect().top < ruler;
      if (down.current.size === 1) first.current = { x: event.clientX, isRuler, hasMoved: false };
    },
    onPointerMove(event: PointerEvent) {
      const before = down.current.get(event.pointerId);
      if (before === undefined) return;
      const start = first.current;
      if (Math.abs(event.clientX - start.x) > STILL) start.hasMoved = true;
      const other = [...down.current].find(([id]) => id !== event.pointerId)?.[1];
      if (other !== undefined) {
        const [was, is] = [Math.abs(before - other), Math.abs(event.clientX - other)];
        if (was > 10 && is > 10) onPinch(is / was, (other + event.clientX) / 2);
      } else if (start.hasMoved && start.isRuler) onSelect(at(start.x), at(event.clientX), false);
      else if (start.hasMoved) onPan(event.clientX - before);
      down.current.set(event.pointerId, event.clientX);
    },
    onPointerUp(event: PointerEvent) {
      const wasDown = down.current.delete(event.pointerId);
      const { x, hasMoved, isRuler } = first.current;
      if (wasDown && !hasMoved) onClick(at(event.clientX));
      else if (wasDown && isRuler) onSelect(at(x), at(event.clientX), true);
    },
    onPointerCancel: (event: PointerEvent) => void down.current.delete(event.pointerId),
  };
}
