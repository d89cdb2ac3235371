import { ChannelEvents } from './channel-events.js';
import type { Chunk } from './container.js';
import { channelMessage, META, META_LENGTHS, type MetaEvent } from './message-table.js';
import { hex } from './midi-error.js';
import type { Problems } from './problem-list.js';

export interface TrackEvents {
  readonly events: ChannelEvents;
  /** how many notes are started */
  readonly notes: number;
  /** end of track apart */
  readonly meta: readonly MetaEvent[];
  /** ticks from the beginning of the track to its end */
  readonly length: number;
  /** how many of the chunk's bytes belong to the track: those up to its end-of-track event */
  readonly used: number;
}

/** Data bytes of the system common messages f1 to f3, which have no place in a file. */
const COMMON_DATA_BYTES: Readonly<Record<number, number>> = { 241: 1, 242: 2, 243: 1 };

/**
 * Reads one track chunk, byte by byte, and keeps every event that is sound (SMF 1.0, "Track Chunks"). Channel events are
 * decoded in the walk that checks them: the library that decodes the meta events, `midi-file`, is slower and checks nothing.
 */
export function readTrack({ data, offset }: Chunk, problems: Problems): TrackEvents {
  const end = data.length;
  const columns = COLUMNS;
  columns.clear();
  let notes = 0;
  const meta: MetaEvent[] = [];
  let at = 0;
  let tick = 0;
  /** 0 where there is none */
  let running = 0;
  /** whether the specification says that running status no longer counts */
  let cancelled = false;

  /** @returns -1 where the track ends inside of it */
  const variableLength = (what: string): number => {
    const start = at;
    let value = 0;
    for (let bytes = 1; at < end; bytes++) {
      const byte = data[at++]!;
      value = value * 128 + (byte & 127);
      if (byte > 127) continue;
      if (bytes <= 4) return value;
      problems.report(offset + start, `expected ${what} of at most 4 bytes, found ${bytes}`, 'taken as 0');
      return 0;
    }
    return -1;
  };
  const result = (used: number): TrackEvents => ({
    events: columns.toEvents(),
    ...{ notes, meta, length: tick, used },
  });
  const cut = (start: number, what: string): TrackEvents => {
    problems.report(offset + start, `the track ends inside ${what}`, 'left out');
    return result(end);
  };

  while (at < end) {
    const start = at;
    let delta = data[at]!;
    if (delta < 128) at += 1;
    else delta = variableLength('a delta time');
    if (delta < 0 || at === end) return cut(start, 'a delta time');
    tick += delta;

    let status = data[at]!;
    if (status < 128) {
      if (running === 0) {
        const from = at;
        while (at < end && data[at]! < 128) at += 1;
        const what = `expected a status byte, found ${hex(status)} and no earlier status to run on`;
        problems.report(offset + from, what, `${at - from} bytes left out`);
        if (at === end) break;
        status = data[at++]!;
      } else {
        status = running;
        if (cancelled) {
          // "Sysex events and meta-events cancel any running status" (SMF 1.0, "<MTrk event>"); many files go on all the same.
          const what = `expected a status byte, found ${hex(data[at]!)} and a running status that has ended`;
          problems.report(offset + at, what, `taken to run on from ${hex(status)}`);
        }
      }
    } else at += 1;

    if (status < 0xf0) {
      running = status;
      cancelled = false;
      const two = (status & 0xe0) !== 0xc0;
      if (at + (two ? 2 : 1) > end) return cut(start, channelMessage(status)!.name);
      const data1 = data[at]!;
      const data2 = two ? data[at + 1]! : 0;
      const sound = (data1 | data2) < 128 || canBeKept({ status, data1, data2 }, offset + at, problems);
      if (sound) {
        if ((status & 0xf0) === 0x90 && data2 > 0) notes += 1;
        columns.add(tick, (status << 16) | (Math.min(data1, 127) << 8) | Math.min(data2, 127));
      }
      at += two ? 2 : 1;
    } else if (status === 0xff) {
      cancelled = true;
      const type = data[at++];
      const length = type === undefined ? -1 : variableLength('the length of a meta event');
      if (length < 0) return cut(start, 'a meta event');
      if (type! > 127) {
        problems.report(offset + at, `expected the type of a meta event (00 to 7f), found ${hex(type!)}`, 'left out');
      }
      if (length > end - at) {
        const what = `expected ${length} bytes of meta event ${hex(type!)}, found ${end - at}`;
        problems.report(offset + at, what, 'left out, with the rest of the track');
        return result(end);
      }
      const expected = META_LENGTHS[type!];
      if (expected !== undefined && length !== expected) {
        const what = `expected meta event ${hex(type!)} to have ${expected} bytes, found ${length}`;
        problems.report(offset + at, what, type === META.endOfTrack ? 'taken as the end' : 'left out');
      } else if (type! < 128 && type !== META.endOfTrack) {
        meta.push({ tick, type: type!, data: data.subarray(at, at + length) });
      }
      at += length;
      if (type === META.endOfTrack) return result(at);
    } else if (status === 0xf0 || status === 0xf7) {
      cancelled = true;
      const length = variableLength('the length of a system exclusive event');
      if (length < 0 || length > end - at) return cut(start, 'a system exclusive event');
      at += length;
    } else {
      const from = at - 1;
      if (status < 0xf8) running = 0;
      for (let left = COMMON_DATA_BYTES[status] ?? 0; left > 0 && at < end && data[at]! < 128; left--) at += 1;
      const what = `expected a status byte that a file may hold, found ${hex(status)}`;
      problems.report(offset + from, what, `${at - from} bytes left out`);
    }
  }
  problems.report(offset + end, 'expected an end-of-track event, found the end of the track', 'ended there');
  return result(end);
}

/** Columns that double when they are full: a chunk's length says nothing of how many events it holds. They are used again for each track. */
class Columns {
  #ticks = new Float64Array(256);
  #messages = new Int32Array(256);
  #count = 0;

  add(tick: number, message: number): void {
    if (this.#count === this.#ticks.length) {
      const ticks = new Float64Array(this.#count * 2);
      ticks.set(this.#ticks);
      this.#ticks = ticks;
      const messages = new Int32Array(this.#count * 2);
      messages.set(this.#messages);
      this.#messages = messages;
    }
    this.#ticks[this.#count] = tick;
    this.#messages[this.#count++] = message;
  }

  clear(): void {
    this.#count = 0;
  }

  toEvents(): ChannelEvents {
    return new ChannelEvents(this.#ticks.slice(0, this.#count), this.#messages.slice(0, this.#count));
  }
}

const COLUMNS = new Columns();

/**
 * Whether a data byte above 127 can be taken as 127: not where it is a key or the number of something.
 * @param offset of the first data byte
 */
function canBeKept(
  { status, data1, data2 }: { status: number; data1: number; data2: number },
  offset: number,
  problems: Problems,
): boolean {
  const { name } = channelMessage(status)!;
  const isValue = name === 'channel pressure' || name === 'pitch bend';
  const kept = data1 < 128 || isValue;
  const [found, at] = data1 > 127 ? [data1, offset] : [data2, offset + 1];
  const what = `expected a data byte (00 to 7f) of ${name}, found ${hex(found)}`;
  problems.report(at, what, kept ? 'taken as 7f' : 'left out');
  return kept;
}
