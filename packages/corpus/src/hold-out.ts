import { type ChannelEvent, ChannelEvents, isNoteOff, isNoteOn, keyId } from '@etude/midi-reader';
import { barsOf, notesOf, type Piece } from '@etude/music';

/**
 * The beginning of a piece without the share of its notes that stands at its end, cut at a bar line, or where a note begins
 * if there is no line before; undefined where that leaves nothing.
 * @param share 0 to below 1
 * @example
 * lastTick(withoutEnd(canon, 0.2)) / 1920; // 17 bars, of 21
 */
export function withoutEnd(piece: Piece, share: number): Piece | undefined {
  const starts = notesOf(piece).map(({ start }) => start);
  const first = starts[Math.floor(starts.length * (1 - share))];
  if (first === undefined) return piece;
  let tick = 0;
  for (const bar of barsOf(piece.timeSignatures, piece.division)) {
    if (bar.start > first) break;
    tick = bar.start;
  }
  const end = tick === 0 ? first : tick;
  return end === 0 ? undefined : until(piece, end);
}

/** The piece up to a tick, at which what still sounds is ended. */
function until({ end: _, ...piece }: Piece, end: number): Piece {
  const tracks = piece.tracks.map((track) => {
    const kept: ChannelEvent[] = [];
    const down = new Map<number, ChannelEvent>();
    for (const event of track.events) {
      if (event.tick >= end) break;
      kept.push(event);
      const key = keyId(event);
      if (isNoteOn(event)) down.set(key, event);
      else if (isNoteOff(event)) down.delete(key);
    }
    for (const { status, data1 } of down.values()) {
      kept.push({ tick: end, status: 0x80 | (status & 15), data1, data2: 0 });
    }
    return { ...track, events: ChannelEvents.of(kept) };
  });
  const before = <T extends { tick: number }>(list: readonly T[]) => list.filter(({ tick }) => tick < end);
  const meta = { tempos: before(piece.tempos), timeSignatures: before(piece.timeSignatures) };
  return { ...piece, ...meta, keySignatures: before(piece.keySignatures), tracks };
}

/** Where a piece stands between 0 and 1, by its notes alone: the share of pieces below any bound is that bound. */
function placeOf(notesDigest: string): number {
  return Number.parseInt(notesDigest.slice(0, 8), 16) / 2 ** 32;
}

/**
 * Which pieces of a corpus are held out: about the share that is asked for and at least one, by their own notes, so that a piece more moves no
 * other one but its variants: a family of these is held out as a whole or not at all.
 * @param families for each piece the place of the first one of its family ({@link familiesOf}); left out: there are no variants
 * @example
 * heldOutPieces(['8000000a', '1000000b', 'f000000c'], 0.1); // [false, true, false]: the second stands at 0.06, below 0.1
 */
export function heldOutPieces(
  notesDigests: readonly string[],
  share: number,
  families: readonly number[] = [...notesDigests.keys()],
): boolean[] {
  const members = new Map<number, string[]>();
  for (const [piece, digest] of notesDigests.entries()) {
    const others = members.get(families[piece]!);
    if (others) others.push(digest);
    else members.set(families[piece]!, [digest]);
  }
  if (members.size < 2 && notesDigests.length > 1) return heldOutPieces(notesDigests, share);
  if (share === 0 || members.size < 2) return notesDigests.map(() => false);
  const places = new Map<number, number>();
  let lowest = 1;
  for (const [family, digests] of members) {
    // Of several members one is named by the beginning of its digest, and placed by what comes next, so that large families are not likelier.
    const first = digests.reduce((least, each) => (each < least ? each : least));
    const place = placeOf(digests.length === 1 ? first : first.slice(8));
    places.set(family, place);
    lowest = Math.min(lowest, place);
  }
  return families.map((family) => places.get(family)! < share || places.get(family) === lowest);
}
