/** Which of two songs somebody liked better, without knowing whose they were. */
export interface Vote {
  /** ISO 8601 */
  readonly at: string;
  readonly a: Entry;
  readonly b: Entry;
  readonly better: 'a' | 'b' | 'neither';
}

/** A song of an experiment. */
export interface Entry {
  readonly experiment: string;
  readonly song: string;
}

/**
 * Two songs of two experiments, in any order.
 * @param random gives numbers from 0 to below 1
 */
export function drawPair(
  experiments: readonly { readonly name: string; readonly songs: readonly string[] }[],
  random: () => number,
): [Entry, Entry] {
  const left = [...experiments];
  const take = (): Entry => {
    const [{ name, songs }] = left.splice(Math.floor(random() * left.length), 1) as [(typeof left)[number]];
    return { experiment: name, song: songs[Math.floor(random() * songs.length)]! };
  };
  return [take(), take()];
}

interface Tally {
  better: number;
  worse: number;
  neither: number;
}

/** How often each experiment was better, worse and neither. */
export function tally(votes: readonly Vote[]): Map<string, Tally> {
  const counts = new Map<string, Tally>();
  for (const { a, b, better } of votes) {
    for (const [letter, { experiment }] of [
      ['a', a],
      ['b', b],
    ] as const) {
      const count = counts.get(experiment) ?? { better: 0, worse: 0, neither: 0 };
      counts.set(experiment, count);
      count[better === 'neither' ? 'neither' : better === letter ? 'better' : 'worse'] += 1;
    }
  }
  return counts;
}

/** Votes as CSV (RFC 4180). */
export function votesToCsv(votes: readonly Vote[]): string {
  const cell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const rows = votes.map(({ at, a, b, better }) =>
    [at, a.experiment, a.song, b.experiment, b.song, better].map(cell).join(','),
  );
  return `${['at,experiment_a,song_a,experiment_b,song_b,better', ...rows].join('\r\n')}\r\n`;
}

/** The votes that this browser keeps under a name; none where it keeps nothing. */
export function storedVotes(name: string): Vote[] {
  try {
    return JSON.parse(localStorage.getItem(name) ?? '[]') as Vote[];
  } catch {
    return [];
  }
}

/** Keeps votes, where the browser does; else they last as long as the page. */
export function storeVotes(name: string, votes: readonly Vote[]): void {
  try {
    localStorage.setItem(name, JSON.stringify(votes));
  } catch {
    // Nothing may be stored here.
  }
}
