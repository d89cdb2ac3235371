import type { Note } from '@etude/music';

// Copied runs found by comparing everything with everything, straight from their definition (docs/songs.md), to check the index and the
// guard by. It shares nothing with them.

interface Sound {
  readonly tick: number;
  readonly key: number;
}

/** What a listener may follow in some notes, by name. */
function voicesOf(notes: readonly Note[]): Map<string, Sound[]> {
  const voices = new Map<string, Map<number, Set<number>>>();
  for (const { channel, track, start, key } of notes) {
    const isDrum = channel === 9;
    for (const name of [isDrum ? 'drums' : 'pitched', `${isDrum ? 'drums' : 'pitched'} ${track} ${channel}`]) {
      const chords = voices.get(name) ?? new Map<number, Set<number>>();
      voices.set(name, chords.set(start, new Set([...(chords.get(start) ?? []), key])));
    }
  }
  const sounds = new Map<string, Sound[]>();
  for (const [name, chords] of voices) {
    const inTime = [...chords].sort(([a], [b]) => a - b);
    const spread = inTime.map(([tick, keys]) => [...keys].sort((a, b) => a - b).map((key) => ({ tick, key })));
    sounds.set(name, spread.flat());
    if (name !== 'pitched') continue;
    const highest = spread.map((chord) => chord.at(-1)!);
    sounds.set('pitched, highest', highest);
  }
  return sounds;
}

/** How many notes from one of ours and one of theirs on are a copied run, at least 1. */
function runLength(
  ours: readonly Sound[],
  at: number,
  theirs: readonly Sound[],
  place: number,
  isDrums: boolean,
): number {
  if (isDrums && ours[at]!.key !== theirs[place]!.key) return 1;
  let count = 1;
  let [ourGap, theirGap] = [0, 0];
  for (; at + count < ours.length && place + count < theirs.length; count++) {
    const [our, ourLast] = [ours[at + count]!, ours[at + count - 1]!];
    const [their, theirLast] = [theirs[place + count]!, theirs[place + count - 1]!];
    if (isDrums ? our.key !== their.key : our.key - ourLast.key !== their.key - theirLast.key) break;
    const [ourNext, theirNext] = [our.tick - ourLast.tick, their.tick - theirLast.tick];
    if ((ourNext === 0) !== (theirNext === 0)) break;
    if (ourNext === 0) continue;
    // The first time between two notes is as long as it likes.
    if (ourGap > 0 && steps(ourNext / ourGap) !== steps(theirNext / theirGap)) break;
    [ourGap, theirGap] = [ourNext, theirNext];
  }
  return count;
}

/** A ratio in 24ths of an octave. */
const steps = (ratio: number) => Math.round(24 * Math.log2(ratio));

/** A copied run of a song, in words. */
interface PlainCopy {
  readonly notes: number;
  readonly voice: string;
  readonly tick: number;
}

/**
 * The longest copied run of a song that has more than `limit` notes, of which the first `limit` + 1 are not all given; 0 notes where there is none.
 * @param isGiven whether a note at a tick is the user's own
 */
export function plainCopyOf(
  song: readonly Note[],
  sources: readonly (readonly Note[])[],
  limit = 0,
  isGiven: (tick: number, key: number) => boolean = () => false,
): PlainCopy {
  let longest: PlainCopy = { notes: 0, voice: '', tick: 0 };
  const theirs = sources.map(voicesOf);
  for (const [voice, ours] of voicesOf(song)) {
    const isDrums = voice.startsWith('drums');
    for (let at = 0; at < ours.length; at++) {
      for (const voices of theirs) {
        for (const [name, sounds] of voices) {
          if (name.startsWith('drums') !== isDrums) continue;
          for (let place = 0; place < sounds.length; place++) {
            const notes = runLength(ours, at, sounds, place, isDrums);
            if (notes <= Math.max(limit, longest.notes)) continue;
            const isOwn = ours.slice(at, at + limit + 1).every(({ tick, key }) => isGiven(tick, key));
            if (!isOwn) longest = { notes, voice, tick: ours[at]!.tick };
          }
        }
      }
    }
  }
  return longest;
}
