import { type ChannelEvent, channelMessage, type Tempo, type TimeSignature } from '@etude/midi-reader';
import { ByteSink } from './byte-sink.js';

/** A channel event to write; its place is its absolute tick. */
export type EventToWrite = Omit<ChannelEvent, 'delta'>;

export interface TrackToWrite {
  readonly name?: string;
  readonly tempos?: readonly Tempo[];
  readonly timeSignatures?: readonly TimeSignature[];
  /** in time order */
  readonly events: readonly EventToWrite[];
}

export interface FileToWrite {
  /** 0: exactly one track; 1: tracks played together */
  readonly format: 0 | 1;
  /** division word of the header, 1 to 0xffff: ticks per quarter note where below 0x8000 */
  readonly division: number;
  readonly tracks: readonly TrackToWrite[];
}

const LONGEST_DELTA = 0x0fff_ffff;

/**
 * Writes a Standard MIDI File (SMF 1.0), every event with its own status byte, in time linear in the number of events.
 *
 * @throws {RangeError} naming track and event where a value is not one that a MIDI file can hold
 */
export function writeMidi({ format, division, tracks }: FileToWrite): Uint8Array {
  check(Number.isInteger(division) && division >= 1 && division <= 0xffff, 'division', 'from 1 to 65535', division);
  check(format === 1 || tracks.length === 1, 'format 0', 'exactly one track', tracks.length);
  const file = new ByteSink();
  file.ascii('MThd');
  file.unsigned(6, 4);
  file.unsigned(format, 2);
  file.unsigned(tracks.length, 2);
  file.unsigned(division, 2);
  tracks.forEach((track, index) => {
    const data = trackData(track, `track ${index}`);
    file.ascii('MTrk');
    file.unsigned(data.length, 4);
    file.bytes(data);
  });
  return file.toBytes();
}

function trackData(track: TrackToWrite, place: string): Uint8Array {
  const sink = new ByteSink();
  let now = 0;
  const moveTo = (tick: number, where: string) => {
    const delta = tick - now;
    check(Number.isInteger(delta) && delta >= 0 && delta <= LONGEST_DELTA, where, `a tick from ${now} on`, tick);
    sink.variableLength(delta);
    now = tick;
  };
  const meta = (type: number, data: Iterable<number>, length: number) => {
    sink.bytes([0xff, type]);
    sink.variableLength(length);
    sink.bytes(data);
  };

  if (track.name !== undefined) {
    const text = new TextEncoder().encode(track.name);
    sink.variableLength(0);
    meta(0x03, text, text.length);
  }
  const metas = metaEvents(track, place);
  let nextMeta = 0;
  const metasUntil = (tick: number) => {
    for (; nextMeta < metas.length && metas[nextMeta]!.tick <= tick; nextMeta++) {
      const { tick: at, type, data } = metas[nextMeta]!;
      moveTo(at, `${place}, meta event ${nextMeta}`);
      meta(type, data, data.length);
    }
  };
  track.events.forEach((event, index) => {
    const where = `${place}, event ${index}`;
    metasUntil(event.tick);
    moveTo(event.tick, where);
    channelEvent(sink, event, where);
  });
  metasUntil(Number.POSITIVE_INFINITY);
  sink.variableLength(0);
  sink.bytes([0xff, 0x2f, 0x00]);
  return sink.toBytes();
}

function channelEvent(sink: ByteSink, { status, data1, data2 }: EventToWrite, where: string): void {
  const message = channelMessage(status);
  if (message === undefined) {
    throw new RangeError(`${where}: expected a status from 0x80 to 0xef, found ${status}`);
  }
  checkData(data1, `${where}, first data byte`);
  sink.byte(status);
  sink.byte(data1);
  if (message.dataBytes === 2) {
    check(data2 !== undefined, where, `two data bytes for ${message.name}`, 'one');
    checkData(data2!, `${where}, second data byte`);
    sink.byte(data2!);
  } else {
    check(data2 === undefined, where, `one data byte for ${message.name}`, 'two');
  }
}

interface MetaToWrite {
  readonly tick: number;
  readonly type: number;
  readonly data: readonly number[];
}

function metaEvents({ tempos = [], timeSignatures = [] }: TrackToWrite, place: string): MetaToWrite[] {
  const metas: MetaToWrite[] = [];
  for (const { tick, microseconds } of tempos) {
    const valid = Number.isInteger(microseconds) && microseconds >= 1 && microseconds <= 0xff_ffff;
    check(valid, `${place}, tempo`, 'from 1 to 16777215 microseconds', microseconds);
    metas.push({ tick, type: 0x51, data: [microseconds >> 16, (microseconds >> 8) & 255, microseconds & 255] });
  }
  for (const { tick, numerator, denominator } of timeSignatures) {
    const power = Math.log2(denominator);
    check(
      Number.isInteger(power) && power >= 0 && power <= 7,
      `${place}, time signature`,
      'a power of two',
      denominator,
    );
    check(
      Number.isInteger(numerator) && numerator >= 1 && numerator <= 255,
      `${place}, time signature`,
      '1 to 255',
      numerator,
    );
    // Metronome every quarter note (24 MIDI clocks), 8 thirty-second notes a quarter note (SMF 1.0, "Time Signature").
    metas.push({ tick, type: 0x58, data: [numerator, power, 24, 8] });
  }
  return metas.sort((a, b) => a.tick - b.tick);
}

function checkData(value: number, where: string): void {
  check(Number.isInteger(value) && value >= 0 && value <= 127, where, 'from 0 to 127', value);
}

function check(valid: boolean, where: string, expected: string, found: unknown): void {
  if (!valid) throw new RangeError(`${where}: expected ${expected}, found ${found}`);
}
