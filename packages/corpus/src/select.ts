import { type ChannelEvent, ChannelEvents, isNoteOff, isNoteOn, keyId } from '@etude/midi-reader';
import { DRUM_CHANNEL, familyOf, inOrder, isDrum, notesOf, type Piece, type PieceTrack, PROGRAMS } from '@etude/music';

/** Which events of a piece to take. What is left out of the selection does not restrict it. */
export interface Selection {
  /** `auto`: the tracks with notes; `all`; or numbers, counted from 0 */
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

/** Tracks that a message lists; a broken file may have thousands. */
const LONGEST_LIST = 32;

/**
 * The part of a piece that is selected, and the numbers of its tracks. Tracks of which nothing is left are gone.
 * @throws {SelectionError} where no note is left, or a track is asked for that is not there
 */
export function select(piece: Piece, selection: Selection): { piece: Piece; taken: number[] } {
  const isAuto = selection.tracks === 'auto';
  const chosen = chosenTracks(piece, selection.tracks);
  const found = chosen
    .map((index) => ({ index, track: piece.tracks[index]! }))
    .filter(({ track }) => selection.name === undefined || fitsPattern(track.name, selection.name))
    .map(({ index, track }) => ({ index, track: { ...track, events: selectNotes(track.events, selection) } }))
    .filter(({ track: { events } }) => (isAuto ? hasNotes(events) : events.length > 0));
  if (!found.some(({ track }) => hasNotes(track.events))) throw new SelectionError(nothingIn(piece, chosen));
  const taken = found.map(({ track }) => track);
  const tracks = isAuto ? withSettings(taken, piece.tracks) : taken;
  return {
    piece: { ...piece, tracks: selection.merge ? [merge(tracks)] : tracks },
    taken: found.map(({ index }) => index),
  };
}

function chosenTracks(piece: Piece, tracks: Selection['tracks']): number[] {
  const all = [...piece.tracks.keys()];
  if (typeof tracks === 'string') return all;
  const missing = tracks.find((index) => index >= all.length);
  if (missing !== undefined) {
    throw new SelectionError(noTrack(missing, piece));
  }
  return [...tracks];
}

export function noTrack(number: number, piece: Pick<Piece, 'tracks'>): string {
  return `there is no track ${number}; the tracks are ${listOf(piece)}`;
}

function hasNotes({ messages }: ChannelEvents): boolean {
  return messages.some((message) => message >> 20 === 9 && (message & 127) > 0);
}

/** Why no notes are left of the tracks that were chosen. */
export function nothingIn(piece: Pick<Piece, 'tracks'>, chosen: readonly number[]): string {
  if (piece.tracks.length === 0) return 'there is no track in it';
  const tracks = `the tracks are ${listOf(piece)}`;
  if (!piece.tracks.some(({ events }) => hasNotes(events))) return `there are no notes in it; ${tracks}`;
  const [only, another] = chosen;
  const isEmpty = another === undefined && !hasNotes(piece.tracks[only!]!.events);
  return `${isEmpty ? `track ${only} holds no notes` : 'what is selected holds no notes'}; ${tracks}`;
}

/** The tracks with their names, notes and instruments. */
function listOf(piece: Pick<Piece, 'tracks'>): string {
  const { tracks } = piece;
  const counts = tracks.map(() => 0);
  const instruments = tracks.map(() => new Set<string>());
  for (const note of notesOf({ tracks: tracks.slice(0, LONGEST_LIST) })) {
    counts[note.track]! += 1;
    instruments[note.track]!.add(isDrum(note) ? 'percussion' : PROGRAMS[note.program]!);
  }
  const listed = tracks.slice(0, LONGEST_LIST).map(({ name }, index) => {
    const played = [...instruments[index]!].slice(0, 4).join(', ');
    return `${index}${name && ` "${name}"`} (${counts[index]} ${counts[index] === 1 ? 'note' : 'notes'}${played && `: ${played}`})`;
  });
  const more = tracks.length - listed.length;
  return listed.join(', ') + (more > 0 ? ` and ${more} more` : '') || 'none';
}

/**
 * Whether a name fits a pattern in which `*` stands for anything. Each part is looked for once behind the one before, so that no pattern takes
 * longer than the lengths of name and pattern multiplied.
 */
function fitsPattern(name: string, pattern: string): boolean {
  const text = name.toLowerCase();
  const [first, ...others] = pattern.toLowerCase().split('*') as [string, ...string[]];
  const last = others.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of others) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length >= at + last.length && text.endsWith(last);
}

/** What of a track is selected: notes by their channel and by the instrument that plays them, and what else happens in the channels of those. */
function selectNotes(events: ChannelEvents, selection: Selection): ChannelEvents {
  const { channels, programs, families, drums } = selection;
  const isIn = Array.from({ length: 16 }, (_, channel) => {
    const isDrum = channel === DRUM_CHANNEL;
    if (channels !== undefined && !channels.includes(channel + 1)) return false;
    if ((drums === 'drop' && isDrum) || (drums === 'only' && !isDrum)) return false;
    // Percussion has a program, too, but it names no instrument.
    return !isDrum || (programs === undefined && families === undefined);
  });
  const kept = isIn.every(Boolean) ? events : filtered(events, (message) => isIn[(message >> 16) & 15]!);
  if (programs === undefined && families === undefined) return kept;
  return selectInstruments(
    kept,
    (program) => programs?.includes(program) !== false && families?.includes(familyOf(program)) !== false,
  );
}

function selectInstruments(events: ChannelEvents, isWanted: (program: number) => boolean): ChannelEvents {
  const program = new Uint8Array(16);
  /** whether the channel plays notes that are wanted, and whether it plays others */
  const [some, others] = [new Set<number>(), new Set<number>()];
  for (const event of events) {
    const channel = event.status & 15;
    if (event.status >> 4 === 12) program[channel] = event.data1;
    else if (isNoteOn(event)) (isWanted(program[channel]!) ? some : others).add(channel);
  }
  program.fill(0);
  /** the keys that are down, and whether their notes are wanted */
  const down = new Map<number, boolean>();
  const result: ChannelEvent[] = [];
  for (const event of events) {
    const channel = event.status & 15;
    const kind = event.status >> 4;
    if (kind === 12) program[channel] = event.data1;
    if (!some.has(channel)) continue;
    if (!others.has(channel)) {
      result.push(event);
      continue;
    }
    const key = keyId(event);
    if (isNoteOn(event)) {
      const wanted = isWanted(program[channel]!);
      // A key that is struck again ends its note, also where the new one is not wanted.
      if (!wanted && down.get(key)) result.push({ ...event, status: 0x80 | channel, data2: 0 });
      down.set(key, wanted);
      if (wanted) result.push(event);
    } else if (isNoteOff(event) || kind === 10) {
      if (down.get(key)) result.push(event);
      if (kind !== 10) down.delete(key);
    } else if (kind !== 12 || isWanted(event.data1)) result.push(event);
  }
  return ChannelEvents.of(result);
}

function filtered({ ticks, messages }: ChannelEvents, isKept: (message: number) => boolean): ChannelEvents {
  const kept: number[] = [];
  for (let i = 0; i < ticks.length; i++) if (isKept(messages[i]!)) kept.push(i);
  return new ChannelEvents(
    Float64Array.from(kept, (i) => ticks[i]!),
    Int32Array.from(kept, (i) => messages[i]!),
  );
}

/**
 * Tracks with what tracks without notes set in their channels: volumes, places, pedals, bends. Each goes to the first track that plays in its
 * channel; programs are in all of them already.
 */
function withSettings(tracks: readonly PieceTrack[], all: readonly PieceTrack[]): PieceTrack[] {
  const placeOf = new Map<number, number>();
  tracks.forEach(({ events: { messages } }, place) => {
    for (const message of messages) {
      const channel = (message >> 16) & 15;
      if (message >> 20 === 9 && !placeOf.has(channel)) placeOf.set(channel, place);
    }
  });
  const settings: ChannelEvent[][] = tracks.map(() => []);
  for (const { events } of all) {
    if (hasNotes(events)) continue;
    for (const event of events) {
      const place = placeOf.get(event.status & 15);
      const kind = event.status >> 4;
      if (place !== undefined && kind > 10 && kind !== 12) settings[place]!.push(event);
    }
  }
  return tracks.map((track, place) => {
    const own = settings[place]!;
    return own.length === 0 ? track : { ...track, events: inOrder(own, track.events) };
  });
}

/** One track of several: in time order, at one tick in the order of the tracks. */
function merge(tracks: readonly PieceTrack[]): PieceTrack {
  const events = tracks.flatMap((track) => [...track.events]);
  events.sort((a, b) => a.tick - b.tick);
  const isUtf8 = tracks.every(({ nameBytes }) => nameBytes === undefined);
  const bytesOf = ({ name, nameBytes }: PieceTrack) => nameBytes ?? Buffer.from(name).toString('latin1');
  return {
    name: tracks.map(({ name }) => name).join(' + '),
    ...(!isUtf8 && { nameBytes: tracks.map(bytesOf).join(' + ') }),
    events: ChannelEvents.of(events),
  };
}
