import { type MidiEvent, parseMidi } from 'midi-file';
import type { Chunk } from './container.js';
import { type ChannelEvent, channelMessage } from './messages.js';
import { hex, MidiError } from './midi-error.js';

/** Lengths that the specification fixes for meta events (SMF 1.0, "Meta-Events"), by type. */
const META_LENGTHS: Readonly<Record<number, number>> = { 32: 1, 33: 1, 47: 0, 81: 3, 84: 5, 88: 4, 89: 2 };
const END_OF_TRACK = 0x2f;
/** midi-file spreads a text's bytes over a function call, which fails for longer ones. */
const LONGEST_TEXT = 65_536;

/** A meta event as midi-file decodes it, at its place. */
type MetaEvent = MidiEvent & { readonly tick: number };

export interface TrackEvents {
  readonly channel: readonly ChannelEvent[];
  readonly meta: readonly MetaEvent[];
  /** ticks from the beginning of the track to its end */
  readonly length: number;
}

/**
 * Decodes one track chunk. Its structure is checked byte by byte first, so that an error can name its place; the
 * decoding itself is midi-file's.
 *
 * @throws {MidiError} at the first byte that is wrong
 */
export function readTrack(chunk: Chunk): TrackEvents {
  const end = checkTrack(chunk);
  if (chunk.truncated) throw chunk.truncated;
  const [events] = parseMidi(asFile(chunk.data.subarray(0, end))).tracks;
  const channel: ChannelEvent[] = [];
  const meta: MetaEvent[] = [];
  let tick = 0;
  let previous = 0;
  for (const event of events!) {
    tick += event.deltaTime;
    const message = toMessage(event);
    if (message !== undefined) {
      channel.push({ tick, delta: tick - previous, ...message });
      previous = tick;
    } else if ('meta' in event) {
      meta.push({ ...event, tick });
    }
  }
  return { channel, meta, length: tick };
}

/** @returns where the track's data ends: behind its end-of-track event, or at the chunk's end if it has none */
function checkTrack({ data, offset }: Chunk): number {
  let at = 0;
  let running: number | undefined;
  const byte = (what: string): number => {
    const value = data[at];
    if (value === undefined) throw new MidiError(offset + at, `expected ${what}, found the end of the track`);
    at += 1;
    return value;
  };
  const variableLength = (what: string): number => {
    const start = at;
    for (let value = 0, bytes = 1; ; bytes++) {
      const next = byte(what);
      value = value * 128 + (next & 127);
      if (next < 128) return value;
      if (bytes === 4) throw new MidiError(offset + start, `expected ${what} of at most 4 bytes, found a longer one`);
    }
  };
  const skip = (length: number, what: string) => {
    const left = data.length - at;
    if (length > left) throw new MidiError(offset + at, `expected ${length} bytes of ${what}, found ${left}`);
    at += length;
  };

  while (at < data.length) {
    variableLength('a delta time');
    const start = at;
    const first = byte('a status byte');
    const status = first < 128 ? running : first;
    if (status === undefined) {
      throw new MidiError(
        offset + start,
        `expected a status byte, found ${hex(first)} and no earlier status to run on`,
      );
    }
    const message = channelMessage(status);
    if (message !== undefined) {
      running = status;
      if (first < 128) at = start;
      for (let i = 0; i < message.dataBytes; i++) {
        const value = byte(`a data byte of ${message.name}`);
        if (value > 127) {
          throw new MidiError(
            offset + at - 1,
            `expected a data byte (00 to 7f) of ${message.name}, found ${hex(value)}`,
          );
        }
      }
    } else if (status === 0xff) {
      const type = byte('the type of a meta event');
      const lengthAt = at;
      const length = variableLength('the length of a meta event');
      const expected = META_LENGTHS[type];
      if (expected !== undefined && length !== expected) {
        throw new MidiError(
          offset + lengthAt,
          `expected meta event ${hex(type)} to have ${expected} bytes, found ${length}`,
        );
      }
      if (type < 16 && length > LONGEST_TEXT) {
        throw new MidiError(offset + lengthAt, `expected a text of at most ${LONGEST_TEXT} bytes, found ${length}`);
      }
      skip(length, `meta event ${hex(type)}`);
      if (type === END_OF_TRACK) return at;
    } else if (status === 0xf0 || status === 0xf7) {
      skip(variableLength('the length of a system exclusive event'), 'system exclusive data');
    } else {
      throw new MidiError(offset + start, `expected a status byte that a file may hold, found ${hex(status)}`);
    }
  }
  return at;
}

/** A file of this one track, which is what midi-file reads. */
function asFile(data: Uint8Array): Uint8Array {
  const file = new Uint8Array(22 + data.length);
  const view = new DataView(file.buffer);
  file.set([0x4d, 0x54, 0x68, 0x64, 0, 0, 0, 6, 0, 0, 0, 1, 0, 96, 0x4d, 0x54, 0x72, 0x6b]);
  view.setUint32(18, data.length);
  file.set(data, 22);
  return file;
}

/** The bytes of a channel message; undefined for meta and system exclusive events. */
function toMessage(event: MidiEvent): Pick<ChannelEvent, 'status' | 'data1' | 'data2'> | undefined {
  switch (event.type) {
    case 'noteOff':
      // midi-file reports a note on of velocity 0 as a note off and keeps its true status apart.
      return { status: (event.byte9 ? 0x90 : 0x80) | event.channel, data1: event.noteNumber, data2: event.velocity };
    case 'noteOn':
      return { status: 0x90 | event.channel, data1: event.noteNumber, data2: event.velocity };
    case 'noteAftertouch':
      return { status: 0xa0 | event.channel, data1: event.noteNumber, data2: event.amount };
    case 'controller':
      return { status: 0xb0 | event.channel, data1: event.controllerType, data2: event.value };
    case 'programChange':
      return { status: 0xc0 | event.channel, data1: event.programNumber };
    case 'channelAftertouch':
      return { status: 0xd0 | event.channel, data1: event.amount };
    case 'pitchBend': {
      const value = event.value + 0x2000;
      return { status: 0xe0 | event.channel, data1: value & 127, data2: value >> 7 };
    }
    default:
      return undefined;
  }
}
