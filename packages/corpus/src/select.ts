import { type ChannelEvent, ChannelEvents, DRUM_CHANNEL, familyOf, isNoteOn } from '@etude/midi-reader';
import type { Piece, PieceTrack } from './piece.js';

/** Which events of a piece to take. What is left out of the selection does not restrict it. */
export interface Selection {
  /** `auto`: track 1, or track 0 of a file that has only one; `all`; or numbers, counted from 0 */
  readonly tracks: 'auto' | 'all' | readonly number[];
  /** a pattern for the name of a track, in which `*` stands for anything; upper and lower case are the same */
  readonly name?: string | undefined;
  /** counted from 1 */
  readonly channels?: readonly number[] | undefined;
  /** of General MIDI, 0 to 127 */
  readonly programs?: readonly number[] | undefined;
  /** families of General MIDI */
  readonly families?: readonly string[] | undefined;
  readonly drums: 'keep' | 'drop' | 'only';
  /** one track of all that were taken */
  readonly merge: boolean;
}

/** A selection that leaves nothing to learn from. */
export class SelectionError extends Error {
  override name = 'SelectionError';
}

/**
 * The part of a piece that is selected, and the numbers of its tracks. Tracks of which nothing is left are gone.
 * @throws {SelectionError} where nothing is left, or a track is asked for that is not there
 */
export function select(piece: Piece, selection: Selection): { piece: Piece; taken: number[] } {
  const chosen = chosenTracks(piece, selection.tracks);
  const pattern = selection.name === undefined ? undefined : toPattern(selection.name);
  const found = chosen
    .map((index) => ({ index, ...piece.tracks[index]! }))
    .filter(({ name }) => pattern === undefined || pattern.test(name))
    .map(({ index, name, events }) => ({ index, name, events: selectChannels(events, selection) }))
    .filter(({ events }) => events.length > 0);
  if (found.length === 0) {
    const one =
      chosen.length === 1 ? `track ${chosen[0]} holds no channel events` : 'nothing that is selected is there';
    throw new SelectionError(`${one}; the tracks are ${listOf(piece)}`);
  }
  const tracks = found.map(({ name, events }) => ({ name, events }));
  return {
    piece: { ...piece, tracks: selection.merge ? [merge(tracks)] : tracks },
    taken: found.map(({ index }) => index),
  };
}

function chosenTracks(piece: Piece, tracks: Selection['tracks']): number[] {
  const all = [...piece.tracks.keys()];
  if (tracks === 'all') return all;
  if (tracks === 'auto') return all.length > 1 ? [1] : all;
  const missing = tracks.find((index) => index >= all.length);
  if (missing !== undefined) {
    throw new SelectionError(`there is no track ${missing}; the tracks are ${listOf(piece) || 'none'}`);
  }
  return [...tracks];
}

function listOf({ tracks }: Piece): string {
  return tracks
    .map(({ name, events }, index) => {
      let notes = 0;
      for (const event of events) if (isNoteOn(event)) notes += 1;
      return `${index}${name && ` "${name}"`} (${notes} notes)`;
    })
    .join(', ');
}

function toPattern(name: string): RegExp {
  const parts = name.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'iu');
}

function selectChannels(events: ChannelEvents, { channels, programs, families, drums }: Selection): ChannelEvents {
  const present = programsOf(events);
  const taken = Array.from({ length: 16 }, (_, channel) => {
    const isDrum = channel === DRUM_CHANNEL;
    const program = present.get(channel) ?? 0;
    if (channels !== undefined && !channels.includes(channel + 1)) return false;
    if (drums === 'drop' && isDrum) return false;
    if (drums === 'only' && !isDrum) return false;
    // Percussion has a program, too, but it names no instrument.
    if (programs !== undefined && (isDrum || !programs.includes(program))) return false;
    return families === undefined || (!isDrum && families.includes(familyOf(program)));
  });
  if (taken.every(Boolean)) return events;
  const kept: number[] = [];
  for (let i = 0; i < events.length; i++) if (taken[(events.messages[i]! >> 16) & 15]) kept.push(i);
  return new ChannelEvents(
    Float64Array.from(kept, (i) => events.ticks[i]!),
    Int32Array.from(kept, (i) => events.messages[i]!),
  );
}

/** The program that each channel is set to at its first note; channels that are set to none before are not there. */
export function programsOf(events: Iterable<ChannelEvent>): Map<number, number> {
  const programs = new Map<number, number>();
  const playing = new Set<number>();
  for (const event of events) {
    const channel = event.status & 15;
    if (isNoteOn(event)) playing.add(channel);
    if (event.status >> 4 === 12 && !playing.has(channel)) programs.set(channel, event.data1);
  }
  return programs;
}

/** One track of several: in time order, at one tick in the order of the tracks. */
function merge(tracks: readonly PieceTrack[]): PieceTrack {
  const events = tracks.flatMap((track) => [...track.events]);
  events.sort((a, b) => a.tick - b.tick);
  return { name: tracks.map(({ name }) => name).join(' + '), events: ChannelEvents.of(events) };
}
