import { type ChannelEvent, channelMessage, META, META_LENGTHS, type MetaEvent } from '@etude/midi-reader';
import { ByteSink } from './byte-sink.js';
import { check, isWhole } from './check.js';

export interface TrackToWrite {
  /** in time order */
  readonly events: Iterable<ChannelEvent>;
  /** in time order, the end of the track apart; at one tick they come before channel events */
  readonly meta?: readonly MetaEvent[];
  /** ticks from the track's beginning to its end; it ends with its last event where that is later */
  readonly length?: number;
}

export interface FileToWrite {
  /** 0: exactly one track; 1: tracks played together; 2: tracks that are pieces of their own */
  readonly format: number;
  /** division word of the header, 1 to 0xffff: ticks per quarter note where below 0x8000 */
  readonly division: number;
  readonly tracks: readonly TrackToWrite[];
}

export interface MidiOptions {
  /** leave out a status byte that is that of the event before (SMF 1.0, "Track Chunks") */
  readonly runningStatus?: boolean;
}

const LONGEST = 0x0fff_ffff;

/**
 * Writes a Standard MIDI File (SMF 1.0), in time linear in the number of events.
 *
 * @throws {RangeError} naming track and event where a value is not one that a MIDI file can hold
 * @example
 * const events = [
 *   { tick: 0, status: 0x90, data1: 60, data2: 80 },
 *   { tick: 480, status: 0x80, data1: 60, data2: 0 },
 * ];
 * writeMidi({ format: 0, division: 480, tracks: [{ events }] }); // the 35 bytes of a file with a middle C
 */
export function writeMidi(
  { format, division, tracks }: FileToWrite,
  { runningStatus = false }: MidiOptions = {},
): Uint8Array {
  check(isWhole(format, 0, 2), 'format', '0, 1 or 2', format);
  check(isWhole(division, 1, 0xffff), 'division', 'from 1 to 65535', division);
  check(tracks.length <= 0xffff, 'tracks', 'at most 65535', tracks.length);
  check(format !== 0 || tracks.length === 1, 'format 0', 'exactly one track', tracks.length);
  const sink = new ByteSink();
  sink.ascii('MThd');
  sink.unsigned(6, 4);
  sink.unsigned(format, 2);
  sink.unsigned(tracks.length, 2);
  sink.unsigned(division, 2);
  tracks.forEach((track, index) => {
    sink.ascii('MTrk');
    const lengthAt = sink.length;
    sink.unsigned(0, 4);
    writeTrack(sink, track, runningStatus, `track ${index}`);
    sink.unsignedAt(lengthAt, sink.length - lengthAt - 4);
  });
  return sink.toBytes();
}

function writeTrack(sink: ByteSink, track: TrackToWrite, runningStatus: boolean, place: string): void {
  const { events, meta = [], length = 0 } = track;
  let now = 0;
  let running = 0;
  /** `place` as a function: the text is only needed where something is wrong */
  const moveTo = (tick: number, where: () => string) => {
    const delta = tick - now;
    if (!isWhole(delta, 0, LONGEST)) check(false, where(), `a tick from ${now} to ${now + LONGEST}`, tick);
    sink.variableLength(delta);
    now = tick;
  };
  let nextMeta = 0;
  const metaUntil = (tick: number) => {
    for (; nextMeta < meta.length && meta[nextMeta]!.tick <= tick; nextMeta++) {
      const event = meta[nextMeta]!;
      const where = `${place}, meta event ${nextMeta}`;
      moveTo(event.tick, () => where);
      writeMeta(sink, event, where);
      running = 0;
    }
  };
  let index = 0;
  const where = () => `${place}, event ${index}`;
  for (const event of events) {
    metaUntil(event.tick);
    moveTo(event.tick, where);
    writeChannelEvent(sink, event, runningStatus && event.status === running, where);
    running = event.status;
    index += 1;
  }
  metaUntil(Number.POSITIVE_INFINITY);
  moveTo(Math.max(now, length), () => `${place}, its end`);
  sink.bytes([0xff, META.endOfTrack, 0]);
}

function writeChannelEvent(
  sink: ByteSink,
  { status, data1, data2 }: ChannelEvent,
  isRunning: boolean,
  where: () => string,
): void {
  const message = channelMessage(status);
  if (message === undefined || !Number.isInteger(status)) {
    throw new RangeError(`${where()}: expected a status from 0x80 to 0xef, found ${status}`);
  }
  if (!isWhole(data1, 0, 127)) check(false, `${where()}, first data byte`, 'from 0 to 127', data1);
  if (!isRunning) sink.byte(status);
  sink.byte(data1);
  const highest = message.dataBytes === 2 ? 127 : 0;
  if (!isWhole(data2, 0, highest)) {
    check(false, `${where()}, second data byte of ${message.name}`, highest ? 'from 0 to 127' : '0', data2);
  }
  if (message.dataBytes === 2) sink.byte(data2);
}

function writeMeta(sink: ByteSink, { type, data }: MetaEvent, where: string): void {
  check(isWhole(type, 0, 127) && type !== META.endOfTrack, where, 'a type from 0 to 127 other than 47', type);
  const expected = META_LENGTHS[type];
  if (expected !== undefined) check(data.length === expected, where, `${expected} bytes`, data.length);
  check(data.length <= LONGEST, where, `at most ${LONGEST} bytes`, data.length);
  sink.bytes([0xff, type]);
  sink.variableLength(data.length);
  sink.bytes(data);
}
