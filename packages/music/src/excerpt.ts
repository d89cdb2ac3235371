import { type ChannelEvent, ChannelEvents, isNoteOff, isNoteOn, keyId } from '@etude/midi-reader';
import { type Piece, type PieceTrack, withEvents } from './piece.js';

/**
 * What begins between two ticks of a piece, as a piece of its own, with the programs that were set before. Notes end at the latter one at the
 * latest; what sounded before the former one is left out.
 * @example
 * excerpt(piece, 0, 4 * bar); // its first four bars
 */
export function excerpt({ end: _, ...piece }: Piece, from: number, until: number): Piece {
  const moved = <T extends { tick: number }>(list: readonly T[]) => {
    const inside = list.filter(({ tick }) => tick >= from && tick < until);
    // What held before holds from the beginning on.
    const before = list.filter(({ tick }) => tick < from).at(-1);
    const head = before && inside[0]?.tick !== from ? [{ ...before, tick: 0 }] : [];
    return [...head, ...inside.map((each) => ({ ...each, tick: each.tick - from }))];
  };
  const result = withEvents(piece, ({ events }) => {
    const inside: ChannelEvent[] = [];
    const down = new Map<number, ChannelEvent>();
    const programs = new Map<number, ChannelEvent>();
    for (const event of events) {
      if (event.tick < from && isProgram(event)) programs.set(event.status, { ...event, tick: 0 });
      if (event.tick < from || event.tick > until) continue;
      const ends = isNoteOff(event);
      // At the last tick only notes end: all else is of what comes next.
      if (event.tick === until && !ends) continue;
      if (ends && !down.delete(keyId(event))) continue;
      const placed = { ...event, tick: event.tick - from };
      if (isNoteOn(event)) down.set(keyId(event), placed);
      inside.push(placed);
    }
    for (const { status, data1 } of down.values()) {
      inside.push({ tick: until - from, status: 0x80 | (status & 15), data1, data2: 0 });
    }
    const played = new Set(inside.filter(isNoteOn).map(({ status }) => status & 15));
    const set = [...programs.values()].filter(({ status }) => played.has(status & 15));
    return ChannelEvents.of([...set, ...inside]);
  });
  return {
    ...result,
    tempos: moved(piece.tempos),
    timeSignatures: moved(piece.timeSignatures),
    keySignatures: moved(piece.keySignatures),
  };
}

/**
 * Pieces one after the other. Tracks of one name are one track, those without a name by their place. Where tracks of one name each have one channel, all play in
 * that of the first. A program that is set already is not set again.
 * @param parts of one division, with the ticks that each lasts
 * @example
 * const first = excerpt(piece, 0, bar);
 * joined([{ piece: first, ticks: bar }, { piece: first, ticks: bar }]); // its first bar, twice
 */
export function joined(parts: readonly { readonly piece: Piece; readonly ticks: number }[]): Piece {
  const tracks = new Map<string, { named: Omit<PieceTrack, 'events'>; events: ChannelEvent[]; channel?: number }>();
  /** program by track and channel */
  const programs = new Map<string, number>();
  const meta = { tempos: [], timeSignatures: [], keySignatures: [] } as {
    -readonly [K in 'tempos' | 'timeSignatures' | 'keySignatures']: Piece[K][number][];
  };
  let from = 0;
  const placed = <T extends { tick: number }>(list: readonly T[]) =>
    list.map((each) => ({ ...each, tick: each.tick + from }));
  for (const { piece, ticks } of parts) {
    piece.tracks.forEach(({ events, ...named }, index) => {
      const key = named.name || String(index);
      const channel = named.name === '' ? undefined : onlyChannel(events);
      const track = tracks.get(key) ?? { named, events: [] };
      tracks.set(key, track);
      if (channel !== undefined) track.channel ??= channel;
      for (const event of events) {
        const status = channel === undefined ? event.status : (event.status & 0xf0) | (track.channel ?? channel);
        if (isProgram(event)) {
          const place = `${key} ${status}`;
          if (programs.get(place) === event.data1) continue;
          programs.set(place, event.data1);
        }
        track.events.push({ ...event, status, tick: event.tick + from });
      }
    });
    meta.tempos = meta.tempos.concat(placed(piece.tempos));
    meta.timeSignatures = meta.timeSignatures.concat(placed(piece.timeSignatures));
    meta.keySignatures = meta.keySignatures.concat(placed(piece.keySignatures));
    from += ticks;
  }
  const list = Array.from(tracks.values(), ({ named, events }) => ({ ...named, events: ChannelEvents.of(events) }));
  return { division: parts[0]?.piece.division ?? 480, ...meta, tracks: list };
}

function isProgram({ status }: ChannelEvent): boolean {
  return status >> 4 === 12;
}

/** The channel of a track that has a single one. */
function onlyChannel(events: Iterable<ChannelEvent>): number | undefined {
  const channels = new Set(Array.from(events, ({ status }) => status & 15));
  return channels.size === 1 ? [...channels][0] : undefined;
}
