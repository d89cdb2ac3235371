import type { Excess, Onset } from '@etude/measures';
import { ChannelEvents } from '@etude/midi-reader';
import { isDrum, joined, keyOf, notesOf, type Piece } from '@etude/music';
import * as z from 'zod';
import type { NoteRule } from '../rules/note-rule.js';

export const ending = z.enum(['cadence', 'rest', 'cut']);
export type Ending = z.output<typeof ending>;

/** What an ending must not do: let a song copy more than it may, or play what the model does not know. */
export interface EndingJudge {
  /** The first copied run that is too long, but for runs of given notes alone, in a song as its tokens have it. */
  excessOf(song: Piece, isGiven: (note: Onset) => boolean): Excess | undefined;
  /** Whether the music learnt from has notes like these, of those instruments. */
  knows(piece: Piece): boolean;
}

/** The key of some music, and what its cadence is made of, as pitch classes. */
export interface Cadence {
  readonly dominant: ReadonlySet<number>;
  /** root first */
  readonly tonic: readonly number[];
}

export function cadenceOf(source: Piece): Cadence {
  const { tonic, minor } = keyOf(source);
  return {
    dominant: new Set([7, 11, 2, 5].map((interval) => (tonic + interval) % 12)),
    tonic: [0, minor ? 3 : 4, 7].map((interval) => (tonic + interval) % 12),
  };
}

/** From a tick on all that begins is of the dominant seventh chord. */
export function dominantFrom(tick: () => number, { dominant }: Cadence): NoteRule {
  return { name: 'cadence', allows: ({ start, key }) => start < tick() || dominant.has(key % 12) };
}

/**
 * A song with a bar of the tonic behind it: each voice that was playing goes to the nearest of its pitches, the lowest to the root. Without
 * it where that would copy more than may be.
 * @param ticks of the song, and of a bar
 */
export function withTonic(
  song: Piece,
  ticks: { readonly song: number; readonly bar: number },
  { tonic }: Cadence,
  judge: EndingJudge,
): Piece {
  const notes = notesOf(song);
  const lastStart = notes.at(-1)?.start ?? 0;
  const latest = new Map<string, (typeof notes)[number]>();
  for (const note of notes) if (!isDrum(note)) latest.set(`${note.track} ${note.channel}`, note);
  const voices = [...latest.values()].filter(({ start }) => lastStart - start < ticks.bar);
  const lowest = Math.min(...voices.map(({ key }) => key));
  const barOf = (played: readonly (typeof notes)[number][], isAlone = false): Piece => ({
    ...{ division: song.division, tempos: [], timeSignatures: [], keySignatures: [] },
    tracks: song.tracks.map(({ name }, track) => {
      const ofTrack = played.filter((voice) => voice.track === track);
      return {
        name,
        events: ChannelEvents.of([
          // Behind a song its instruments are set already.
          ...(isAlone ? ofTrack : []).map(({ channel, program }) => ({
            tick: 0,
            status: 0xc0 | channel,
            data1: program,
            data2: 0,
          })),
          ...ofTrack.map(({ channel, key, velocity }) => ({
            tick: 0,
            status: 0x90 | channel,
            data1: key,
            data2: velocity,
          })),
          ...ofTrack.map(({ channel, key }) => ({ tick: ticks.bar, status: 0x80 | channel, data1: key, data2: 0 })),
        ]),
      };
    }),
  });
  const last = voices.flatMap((voice) => {
    const classes = voice.key === lowest ? tonic.slice(0, 1) : tonic;
    const nearest = Array.from({ length: 128 }, (_, key) => key)
      .filter((key) => classes.includes(key % 12))
      .sort((a, b) => Math.abs(a - voice.key) - Math.abs(b - voice.key));
    const key = nearest.slice(0, 6).find((each) => judge.knows(barOf([{ ...voice, key: each }], true)));
    return key === undefined ? [] : [{ ...voice, key }];
  });
  const ended = joined([
    { piece: song, ticks: ticks.song },
    { piece: barOf(last), ticks: ticks.bar },
  ]);
  // What stands before the last bar was looked at when it was written.
  const copies = judge.excessOf(ended, ({ start }) => start < ticks.song) !== undefined;
  return last.length === 0 || copies ? song : ended;
}
