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
 */
export function channelMessage(status: number): ChannelMessage | undefined {
  return CHANNEL_MESSAGES[status >> 4];
}

/** A channel event at its place in a track. */
export interface ChannelEvent {
  /** ticks since the beginning of the track */
  readonly tick: number;
  /** ticks since the track's previous channel event (or its beginning); what skipped events took is in it */
  readonly delta: number;
  /** 0x80 to 0xef: kind of message and channel */
  readonly status: number;
  /** 0 to 127 */
  readonly data1: number;
  /** 0 to 127; absent for program change and channel pressure */
  readonly data2?: number;
}

/** Whether an event starts a note; a note on of velocity 0 ends one (MIDI 1.0 specification, note off). */
export function isNoteOn({ status, data2 }: Pick<ChannelEvent, 'status' | 'data2'>): boolean {
  return status >> 4 === 9 && data2 !== 0;
}

/** Whether an event ends a note. */
export function isNoteOff({ status, data2 }: Pick<ChannelEvent, 'status' | 'data2'>): boolean {
  return status >> 4 === 8 || (status >> 4 === 9 && data2 === 0);
}
