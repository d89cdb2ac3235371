import { readFileSync } from 'node:fs';
import { ChannelEvents, readMidi } from '@etude/midi-reader';
import { excerpt, joined, notesOf, type Piece, piecesOf } from '@etude/music';
import { describe, expect, it } from 'vitest';
import { type BarWriter, form, sectionPlaces, writeForm } from './form.js';

const BAR = 4 * 480;
const prelude = piecesOf(
  readMidi(readFileSync(new URL('../../../../../data/prelude-bwv-846.mid', import.meta.url))),
)[0]!;

/** Four quarter notes a bar, of one key. */
function bars(count: number, key: number): Piece {
  const events = Array.from({ length: 4 * count }, (_, i) => [
    { tick: i * 480, status: 0x90, data1: key, data2: 80 },
    { tick: (i + 1) * 480, status: 0x80, data1: key, data2: 0 },
  ]).flat();
  return {
    division: 480,
    tempos: [],
    timeSignatures: [],
    keySignatures: [],
    tracks: [{ name: '', events: ChannelEvents.of(events) }],
  };
}

/** Writes each stretch in keys of its own: 60 and 61, then 62 and 63, and so on; the second take is always the better one. */
function fakeWriter(calls: { from: number; until: number; given: number }[], more: Partial<BarWriter> = {}): BarWriter {
  return {
    ...{ division: 480, bar: BAR, excessOf: () => undefined, knows: () => true, cut: () => {} },
    write: async ({ from, until, given, surprise }) => {
      calls.push({ from, until, given });
      const takes = [0, 1].map((take) => bars((until - from) / BAR, 58 + 2 * calls.length + take));
      const nats = takes.map((take, i) => surprise?.(take) ?? -i);
      return takes[nats.indexOf(Math.min(...nats))]!;
    },
    surprise: (piece, from) => -notesOf(excerpt(piece, 0, from)).at(-1)!.key,
    ...more,
  };
}

const keysOf = (song: Piece) => {
  const keys: number[][] = [];
  for (const { start, key } of notesOf(song)) {
    const bar = Math.floor(start / BAR);
    keys[bar] = [...(keys[bar] ?? []), key];
  }
  return keys.map((bar) => (new Set(bar).size === 1 && bar.length === 4 ? bar[0] : bar));
};

describe('a form', () => {
  it('is written section by section; a repeat is varied in as many bars as it says', async () => {
    const calls: { from: number; until: number; given: number }[] = [];
    const wanted = {
      ...form.parse({ sections: ['A', 'B', 'A'], bars: 4, vary: 0.5 }),
      ending: 'rest' as const,
      seed: 1,
    };
    const keys = keysOf(await writeForm(wanted, { given: new Map(), source: prelude }, fakeWriter(calls)));
    expect(keys.slice(0, 8)).toEqual([61, 61, 61, 61, 63, 63, 63, 63]);
    expect(keys).toHaveLength(12);
    expect(keys.slice(8).filter((key) => key === 61)).toHaveLength(2);
    expect(keys.slice(8)).toEqual(expect.arrayContaining([65, 67]));
    expect(calls.map(({ from, until }) => (until - from) / BAR)).toEqual([4, 4, 1, 1]);
  });

  it('has what is given as it is, and fills a gap by what follows it', async () => {
    const calls: { from: number; until: number; given: number }[] = [];
    const given = new Map([
      ['intro', bars(2, 40)],
      ['end', bars(1, 50)],
    ]);
    const wanted = { ...form.parse({ sections: ['intro', 'gap', 'end'], bars: 2 }), ending: 'rest' as const, seed: 1 };
    const asked: number[] = [];
    const writer = fakeWriter(calls, {
      surprise: (piece, from) => asked.push(from) && -notesOf(excerpt(piece, 0, from)).at(-1)!.key,
    });
    expect(keysOf(await writeForm(wanted, { given, source: prelude }, writer))).toEqual([40, 40, 61, 61, 50]);
    expect(calls).toEqual([{ from: 2 * BAR, until: 4 * BAR, given: 2 * BAR }]);
    expect(asked).toEqual([4 * BAR, 4 * BAR]);
  });

  it("varies a song that is given, and knows what of it is still the user's own", async () => {
    const given = new Map([['song', bars(4, 40)]]);
    const wanted = { ...form.parse({ sections: ["song'"], vary: 0.5 }), ending: 'rest' as const, seed: 1 };
    const own: boolean[][] = [];
    const writer = fakeWriter([], {
      excessOf(song, isGiven) {
        own.push(notesOf(song).map(isGiven));
        return undefined;
      },
    });
    const song = await writeForm(wanted, { given, source: prelude }, writer);
    expect(keysOf(song).filter((key) => key === 40)).toHaveLength(2);
    expect(own.at(-1)).toEqual(notesOf(song).map(({ key }) => key === 40));
  });

  it('hears what stands behind a gap while it is filled', async () => {
    const given = new Map([
      ['intro', bars(1, 40)],
      ['end', bars(1, 50)],
    ]);
    const wanted = {
      ...form.parse({ sections: ['intro', 'gap', 'end', 'end'], bars: 2 }),
      ending: 'rest' as const,
      seed: 1,
    };
    const heard: unknown[] = [];
    const writer = fakeWriter([]);
    await writeForm(
      wanted,
      { given, source: prelude },
      {
        ...writer,
        write: (asked) => {
          const notes = notesOf(asked.song).filter(asked.isGiven);
          heard.push([...new Set(notes.map(({ key, start }) => `${key} in ${Math.floor(start / BAR)}`))]);
          return writer.write(asked);
        },
      },
    );
    expect(heard[0]).toEqual(['40 in 0', '50 in 3']);
  });

  it('writes a bar anew where bars that were there copy too much together, and ends where that does not help', async () => {
    const wanted = { ...form.parse({ sections: ['A', 'A'], bars: 2, vary: 0 }), ending: 'rest' as const, seed: 1 };
    // Too much is copied wherever a bar of key 61 follows another.
    const excessOf: BarWriter['excessOf'] = (song) => {
      const notes = notesOf(song);
      const place = notes.findIndex(({ key, start }, i) => start % BAR === 0 && key === 61 && notes[i - 4]?.key === 61);
      return place < 0 ? undefined : { at: notes[place]!.start, written: notes[place]! };
    };
    const calls: { from: number; until: number; given: number }[] = [];
    expect(
      keysOf(await writeForm(wanted, { given: new Map(), source: prelude }, fakeWriter(calls, { excessOf }))),
    ).toEqual([61, 63, 61, 65]);
    expect(calls.slice(1).map(({ from, until }) => [from / BAR, until / BAR])).toEqual([
      [1, 2],
      [3, 4],
    ]);
    const cuts: string[] = [];
    const helpless = fakeWriter([], {
      excessOf,
      write: async ({ from, until }) => bars((until - from) / BAR, 61),
      cut: () => cuts.push('cut'),
    });
    expect(keysOf(await writeForm(wanted, { given: new Map(), source: prelude }, helpless))).toEqual([61]);
    expect(cuts).toEqual(['cut']);
  });

  it('ends with the dominant, then a bar of the tonic', async () => {
    const rules: boolean[] = [];
    const writer = fakeWriter([]);
    const wanted = { ...form.parse({ sections: ['A'], bars: 2 }), ending: 'cadence' as const, seed: 1 };
    const song = await writeForm(
      wanted,
      { given: new Map(), source: prelude },
      {
        ...writer,
        write: async (asked) => {
          const rule = asked.rules?.[0];
          // The prelude is in C: in the last half bar B and G may come, C and E may not.
          for (const key of [59, 55, 60, 64]) {
            if (rule) rules.push(rule.allows({ start: asked.until - 1, key, track: 0, channel: 0 }));
          }
          return writer.write(asked);
        },
      },
    );
    expect(rules).toEqual([true, true, false, false]);
    expect(keysOf(song)).toEqual([61, 63, [60]]);
    const last = notesOf(song).at(-1)!;
    expect(last.end - last.start).toBe(BAR);
  });
});

it('says where sections begin, which are varied, and how long the song is', () => {
  const wanted = form.parse({ sections: ['A', 'B', 'A', "C'"], bars: 4 });
  const given = new Map([
    ['B', bars(2, 60)],
    ['C', bars(3, 60)],
  ]);
  const places = sectionPlaces(wanted, given, BAR);
  expect(places.bars).toBe(13);
  expect(places.sections.map(({ name, tick }) => [name, tick / BAR])).toEqual([
    ['A', 0],
    ['B', 4],
    ["A'", 6],
    ["C'", 10],
  ]);
});

it('parts of a piece make it again, but for notes that sound across the cut', () => {
  const end = 35 * BAR;
  for (const cut of [BAR, 7 * BAR, 20 * BAR]) {
    const parts = [
      { piece: excerpt(prelude, 0, cut), ticks: cut },
      { piece: excerpt(prelude, cut, end), ticks: end - cut },
    ];
    const notes = (piece: Piece) => notesOf(piece).map(({ start, end, key }) => ({ start, end, key }));
    const expected = notes(prelude)
      .filter(({ start }) => start < end)
      .map((note) => ({ ...note, end: note.start < cut ? Math.min(note.end, cut) : Math.min(note.end, end) }));
    expect(notes(joined(parts))).toEqual(expected);
  }
});
