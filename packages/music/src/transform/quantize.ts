import { type ChannelEvent, ChannelEvents, isNoteOff, isNoteOn, keyId } from '@etude/midi-reader';
import { type Piece, withEvents } from '../piece.js';

/** What a grid moved. */
export interface GridReport {
  readonly events: number;
  /** of those, how many did not stand on the grid */
  readonly moved: number;
  /** in quarter notes */
  readonly mostBeats: number;
  /** in quarter notes, over all events */
  readonly meanBeats: number;
}

/**
 * Moves every event to the nearest of `steps` steps a quarter note, halves up. A note keeps at least one step, so that its
 * end may be moved by more than half a step.
 * @example
 * quantize(piece, 4); // every event on a sixteenth note
 */
export function quantize(piece: Piece, steps: number): Piece {
  const result = withEvents(piece, ({ events }) => {
    const place = placeOn(piece, steps);
    return inTimeOrder([...events].map((event) => ({ ...event, tick: place(event) })));
  });
  const near = nearest(piece, steps);
  const meta = <T extends { tick: number }>(list: readonly T[]) =>
    list.map((each) => ({ ...each, tick: near(each.tick) }));
  const moves = { tempos: meta(piece.tempos), timeSignatures: meta(piece.timeSignatures) };
  return { ...result, ...moves, keySignatures: meta(piece.keySignatures) };
}

/**
 * What {@link quantize} would move.
 * @example
 * gridReport(piece, 4).moved; // events that stand on no sixteenth note
 */
export function gridReport(piece: Piece, steps: number): GridReport {
  let [events, moved, most, sum] = [0, 0, 0, 0];
  const count = (from: number, to: number) => {
    const distance = Math.abs(to - from);
    events += 1;
    if (distance > 0) moved += 1;
    most = Math.max(most, distance);
    sum += distance;
  };
  for (const track of piece.tracks) {
    const place = placeOn(piece, steps);
    for (const event of track.events) count(event.tick, place(event));
  }
  const near = nearest(piece, steps);
  for (const list of [piece.tempos, piece.timeSignatures, piece.keySignatures]) {
    for (const { tick } of list) count(tick, near(tick));
  }
  const meanBeats = events === 0 ? 0 : sum / events / piece.division;
  return { events, moved, mostBeats: most / piece.division, meanBeats };
}

/** The tick of the nearest step. */
function nearest({ division }: Piece, steps: number): (tick: number) => number {
  const step = division / steps;
  return (tick) => Math.round(Math.round(tick / step) * step);
}

/** Where the events of a track go, each told in its turn. */
function placeOn(piece: Piece, steps: number): (event: ChannelEvent) => number {
  const step = piece.division / steps;
  const near = nearest(piece, steps);
  /** the step at which a key went down, by channel and key */
  const down = new Map<number, number>();
  return (event) => {
    const key = keyId(event);
    const tick = near(event.tick);
    if (isNoteOn(event)) down.set(key, Math.round(event.tick / step));
    else if (isNoteOff(event)) {
      const started = down.get(key);
      down.delete(key);
      if (started !== undefined) return Math.max(tick, Math.round((started + 1) * step));
    }
    return tick;
  };
}

/** Sorting is stable: events of one tick stay in their order, but that notes end before others begin. */
function inTimeOrder(events: ChannelEvent[]): ChannelEvents {
  return ChannelEvents.of(events.sort((a, b) => a.tick - b.tick || Number(isNoteOff(b)) - Number(isNoteOff(a))));
}
