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
 * quantize(piece, 4).piece; // every event on a sixteenth note
 */
export function quantize(piece: Piece, steps: number): { piece: Piece; report: GridReport } {
  const step = piece.division / steps;
  const near = (tick: number) => Math.round(Math.round(tick / step) * step);
  let [count, moved, most, sum] = [0, 0, 0, 0];
  const change = (from: number, to: number) => {
    const distance = Math.abs(to - from);
    count += 1;
    if (distance > 0) moved += 1;
    most = Math.max(most, distance);
    sum += distance;
    return to;
  };
  const result = withEvents(piece, ({ events }) => {
    /** the step at which a key went down, by channel and key */
    const down = new Map<number, number>();
    const placed = [...events].map((event): ChannelEvent => {
      const key = keyId(event);
      let tick = near(event.tick);
      if (isNoteOn(event)) down.set(key, Math.round(event.tick / step));
      else if (isNoteOff(event)) {
        const started = down.get(key);
        if (started !== undefined) tick = Math.max(tick, Math.round((started + 1) * step));
        down.delete(key);
      }
      return { ...event, tick: change(event.tick, tick) };
    });
    return inTimeOrder(placed);
  });
  const meta = <T extends { tick: number }>(list: readonly T[]) =>
    list.map((each) => ({ ...each, tick: change(each.tick, near(each.tick)) }));
  const report = () => ({
    ...{ events: count, moved, mostBeats: most / piece.division },
    meanBeats: count === 0 ? 0 : sum / count / piece.division,
  });
  const moves = { tempos: meta(piece.tempos), timeSignatures: meta(piece.timeSignatures) };
  return { piece: { ...result, ...moves, keySignatures: meta(piece.keySignatures) }, report: report() };
}

/** Sorting is stable: events of one tick stay in their order, but that notes end before others begin. */
function inTimeOrder(events: ChannelEvent[]): ChannelEvents {
  return ChannelEvents.of(events.sort((a, b) => a.tick - b.tick || Number(isNoteOff(b)) - Number(isNoteOff(a))));
}
