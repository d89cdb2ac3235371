import { type ChannelEvent, ChannelEvents, isNoteOn } from '@etude/midi-reader';
import { DRUM_CHANNEL, type Piece } from '@etude/music';

/** Channels of MIDI, of which one is for percussion. */
const CHANNELS = 16;

/**
 * A piece whose tracks have channels of their own, so that each can be seen and heard alone: two hands of a piano that share one, for
 * example. What a channel was told by any of its tracks, such as a pedal, all of them are told. Percussion stays together, and so
 * does a piece of more parts than there are channels.
 */
export function withOwnChannels(piece: Piece): Piece {
  const events = piece.tracks.map((track) => [...track.events]);
  const played = events.map((own) => new Set(own.filter(isNoteOn).map(channelOf).filter(isPitched)));
  const parts = played.flatMap((channels, track) => [...channels].map((channel) => ({ track, channel })));
  if (parts.length >= CHANNELS || new Set(parts.map(({ channel }) => channel)).size === parts.length) return piece;
  const free = Array.from({ length: CHANNELS }, (_, channel) => channel).filter(isPitched);
  const given = new Map(parts.map(({ track, channel }, index) => [`${track} ${channel}`, free[index]!]));
  return {
    ...piece,
    tracks: piece.tracks.map((track, index) => {
      const own = events.flatMap((all, from) =>
        all.flatMap((event): ChannelEvent[] => {
          const channel = channelOf(event);
          const to = given.get(`${index} ${channel}`);
          if (to === undefined) return from === index && !isPitched(channel) ? [event] : [];
          return from === index || isForAll(event) ? [{ ...event, status: (event.status & 0xf0) | to }] : [];
        }),
      );
      return { ...track, events: ChannelEvents.of(own.sort((a, b) => a.tick - b.tick)) };
    }),
  };
}

function channelOf({ status }: ChannelEvent): number {
  return status & 15;
}

function isPitched(channel: number): boolean {
  return channel !== DRUM_CHANNEL;
}

/** Controllers, pressure and bends of a channel: not its notes, nor its program, which each track of a piece says itself. */
function isForAll({ status }: ChannelEvent): boolean {
  return [0xb, 0xd, 0xe].includes(status >> 4);
}
