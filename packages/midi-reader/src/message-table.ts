// What messages there are and how long they are. What of a file is legal is decided in checked-track.ts.

/** One kind of channel message: the high four bits of its status byte, and how many data bytes follow. */
export interface ChannelMessage {
  readonly name: ChannelMessageName;
  readonly dataBytes: 1 | 2;
}

type ChannelMessageName =
  | 'note off'
  | 'note on'
  | 'poly pressure'
  | 'control change'
  | 'program change'
  | 'channel pressure'
  | 'pitch bend';

/** The channel messages by status nibble, 0x8 to 0xe (MIDI 1.0 specification, table 1). */
const CHANNEL_MESSAGES: Readonly<Record<number, ChannelMessage>> = {
  8: { name: 'note off', dataBytes: 2 },
  9: { name: 'note on', dataBytes: 2 },
  10: { name: 'poly pressure', dataBytes: 2 },
  11: { name: 'control change', dataBytes: 2 },
  12: { name: 'program change', dataBytes: 1 },
  13: { name: 'channel pressure', dataBytes: 1 },
  14: { name: 'pitch bend', dataBytes: 2 },
};

/**
 * The channel message that a status byte begins.
 * @returns undefined where `status` is not 0x80 to 0xef
 * @example
 * channelMessage(0x90); // { name: 'note on', dataBytes: 2 }
 */
export function channelMessage(status: number): ChannelMessage | undefined {
  return CHANNEL_MESSAGES[status >> 4];
}

/** A meta event at its place in a track, as its bytes. */
export interface MetaEvent {
  /** ticks since the beginning of the track */
  readonly tick: number;
  /** 0 to 127 */
  readonly type: number;
  readonly data: Uint8Array;
}

/** Types of meta events (SMF 1.0, "Meta-Events"). */
export const META = {
  sequenceNumber: 0x00,
  text: 0x01,
  trackName: 0x03,
  instrumentName: 0x04,
  marker: 0x06,
  channelPrefix: 0x20,
  port: 0x21,
  endOfTrack: 0x2f,
  setTempo: 0x51,
  smpteOffset: 0x54,
  timeSignature: 0x58,
  keySignature: 0x59,
  sequencerSpecific: 0x7f,
} as const;

/** How many bytes the specification gives a type of meta event; undefined where any number will do. */
export const META_LENGTHS: Readonly<Record<number, number>> = {
  [META.sequenceNumber]: 2,
  [META.channelPrefix]: 1,
  [META.port]: 1,
  [META.endOfTrack]: 0,
  [META.setTempo]: 3,
  [META.smpteOffset]: 5,
  [META.timeSignature]: 4,
  [META.keySignature]: 2,
};
