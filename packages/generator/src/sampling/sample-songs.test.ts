import { describe, expect, it } from 'vitest';
import { kernels, lists, model, options, silent, tf } from '../testing/small-model.js';
import { type Bending, UNBENT, weightsOf } from './distribution.js';
import type { Listener } from './listener.js';
import { sample } from './sample-songs.js';

describe('sample', () => {
  it('gives the same songs for the same seed, others for another', async () => {
    const songs = lists(await sample({ tf, kernels }, model, options));
    expect(songs.map((song) => song.length)).toEqual([20, 20, 20]);
    expect(lists(await sample({ tf, kernels }, model, options))).toEqual(songs);
    expect(lists(await sample({ tf, kernels }, model, { ...options, seed: 2 }))).not.toEqual(songs);
    expect(new Set(songs.map(String)).size).toBe(3);
  });

  it('gives a song that does not depend on how many others there are', async () => {
    const [first] = lists(await sample({ tf, kernels }, model, options));
    expect(lists(await sample({ tf, kernels }, model, { ...options, songs: 1 }))).toEqual([first]);
  });

  it('begins every song with the whole prime', async () => {
    const songs = lists(await sample({ tf, kernels }, model, { ...options, prime: [5, 0, 3] }));
    for (const song of songs) expect(song.slice(0, 3)).toEqual([5, 0, 3]);
    const cut = lists(await sample({ tf, kernels }, model, { ...options, length: 2, prime: [5, 0, 3] }));
    expect(cut).toEqual([
      [5, 0],
      [5, 0],
      [5, 0],
    ]);
  });

  it('draws the first token where there is no prime', async () => {
    const songs = lists(await sample({ tf, kernels }, model, { ...options, firstToken: [0, 0, 0, 0, 1, 0] }));
    for (const song of songs) expect(song[0]).toBe(4);
  });

  it('leaves no tensors behind and stops when it is told to', async () => {
    const before = tf.memory().numTensors;
    await sample({ tf, kernels }, model, options);
    expect(tf.memory().numTensors).toBe(before);
    const signal = AbortSignal.abort(new Error('stop'));
    await expect(sample({ tf, kernels }, model, options, { signal })).rejects.toThrow('stop');
  });

  it('can be stopped between two tokens where so many songs are written that each takes long', async () => {
    const controller = new AbortController();
    let done = 0;
    const onProgress = (progress: { done: number }) => {
      done = progress.done;
      controller.abort(new Error('stop'));
    };
    const many = { ...options, songs: 4000, length: 30 };
    const stopped = sample({ tf, kernels }, model, many, { signal: controller.signal, onProgress });
    await expect(stopped).rejects.toThrow('stop');
    expect(done).toBeLessThan(30);
  });
});

describe('a listener', () => {
  it('is asked for every token, and what it refuses is drawn again', async () => {
    const heard: number[][] = [];
    const listener = () => {
      const mine: number[] = [];
      heard.push(mine);
      return { ...silent, allows: (id: number) => id !== 3, add: (id: number) => void mine.push(id) };
    };
    const songs = await sample({ tf, kernels }, model, { ...options, firstToken: [1, 1, 1, 0, 1, 1], listener });
    for (const { tokens } of songs) expect([...tokens]).not.toContain(3);
    expect(heard).toEqual(songs.map(({ tokens }) => [...tokens]));
    expect(songs.some(({ trace }) => trace.some(({ refused }) => refused > 0))).toBe(true);
  });

  it('does not end a song by refusing everything', async () => {
    const listener = () => ({ ...silent, allows: () => false });
    const [song] = await sample({ tf, kernels }, model, { ...options, listener });
    expect(song!.tokens).toHaveLength(20);
  });

  it('ends a song where all that is left is forbidden, with a bar line where it would end with one', async () => {
    const listener = (): Listener => {
      let count = 0;
      return {
        ...silent,
        rules: ['some'],
        now: () => count,
        forbids: () => count === 6,
        allows: () => count < 6,
        add: () => {
          count += 1;
        },
      };
    };
    for (const [closing, endedAt] of [
      [undefined, undefined],
      [{ bar: 4, bars: 1 }, 8],
    ] as const) {
      for (const song of await sample({ tf, kernels }, model, { ...options, listener, closing })) {
        expect(song).toMatchObject({ isStuck: true, endedAt });
        expect(song.tokens).toHaveLength(6);
      }
    }
  });

  it('gives up as few rules as it can, in their order, and the trace tells which', async () => {
    const wanted = (at: number) => (at < 5 ? 0 : at < 10 ? 1 : 2);
    const listener = () => {
      let at = 0;
      // The first rule leaves nothing from the 6th token on, the second from the 11th on.
      const allows = (id: number, relaxed: number) => relaxed >= wanted(at) && (relaxed > 1 || id === 2);
      const add = () => {
        at += 1;
      };
      return { ...silent, rules: ['density', 'scale'], allows, add };
    };
    const [song] = await sample({ tf, kernels }, model, { ...options, firstToken: [0, 0, 1, 0, 0, 0], listener });
    expect(song!.trace.map(({ relaxed }) => relaxed.join('+'))).toEqual([
      ...new Array(5).fill(''),
      ...new Array(5).fill('density'),
      ...new Array(10).fill('density+scale'),
    ]);
    expect([...song!.tokens.slice(0, 10)]).toEqual(new Array(10).fill(2));
  });

  it('has what has to come in place of what would pass it by, and draws that no more where it may not come', async () => {
    const passing = (rest: Partial<Listener>) => () => ({
      ...silent,
      ...{ insteadOf: (id: number) => (id > 2 ? [1, 2] : []), ...rest },
    });
    const [song] = await sample({ tf, kernels }, model, { ...options, prime: [0], listener: passing({}) });
    expect(new Set(song!.tokens)).toEqual(new Set([0, 1, 2]));
    const no = passing({ allows: (id) => id === 0 });
    const [other] = await sample({ tf, kernels }, model, { ...options, prime: [0], listener: no });
    expect(new Set(other!.tokens)).toEqual(new Set([0]));
  });

  it('goes on behind its length to a bar line and the bars that were asked for', async () => {
    const bar = 4;
    const ends: number[] = [];
    const clocked = () => {
      let now = 0;
      return {
        ...silent,
        ...{
          now: () => now,
          timeAfter: () => now + 1,
          endsAt: (tick: number) => ends.push(tick),
          add: () => (now += 1),
        },
      };
    };
    const closing = { ...options, songs: 1, listener: clocked };
    const lengthOf = async (bars: number, length: number) => {
      const [song] = await sample({ tf, kernels }, model, { ...closing, length, closing: { bar, bars } });
      return [song!.tokens.length, song!.endedAt];
    };
    // A tick a token: ten tokens end at tick 10, the bar line is at 12, and a song ends before the token that would be there.
    expect(await lengthOf(0, 10)).toEqual([11, 12]);
    expect(await lengthOf(1, 10)).toEqual([15, 16]);
    expect(ends).toEqual([12, 16]);
    // Twice its length is the most.
    expect(await lengthOf(3, 5)).toEqual([10, undefined]);
  });
});

it('writes takes of a song from other draws, the first one as if there were no others', async () => {
  const plain = lists(await sample({ tf, kernels }, model, { ...options, songs: 2 }));
  const all = lists(await sample({ tf, kernels }, model, { ...options, songs: 2, takes: 3 }));
  expect(all).toHaveLength(6);
  expect([all[0], all[3]]).toEqual(plain);
  expect(new Set(all.map(String)).size).toBe(6);
});

describe('weights', () => {
  const logits = [0, Math.log(3), Number.NEGATIVE_INFINITY, Math.log(2)];
  const shares = (bending: Partial<Bending>, before: number[] = [], may = (_: number) => true) => {
    const weights = weightsOf(logits, { ...UNBENT, ...bending }, may, before);
    const total = weights.reduce((a, b) => a + b, 0);
    return [...weights].map((weight) => Math.round((weight / total) * 1000) / 1000);
  };

  it('are the softmax of logits over temperature', () => {
    expect(shares({})).toEqual([0.167, 0.5, 0, 0.333]);
    expect(shares({ temperature: 0.5 })).toEqual([0.071, 0.643, 0, 0.286]);
    expect(shares({ temperature: 0 })).toEqual([0, 1, 0, 0]);
    expect(shares({}, [], (id) => id !== 1)).toEqual([0.333, 0, 0, 0.667]);
    expect([...weightsOf(logits, UNBENT, () => false, [])]).toEqual([0, 0, 0, 0]);
  });

  it('leave out what is unlikely', () => {
    expect(shares({ topK: 2 })).toEqual([0, 0.6, 0, 0.4]);
    expect(shares({ topP: 0.5 })).toEqual([0, 1, 0, 0]);
    expect(shares({ topP: 0.6 })).toEqual([0, 0.6, 0, 0.4]);
    expect(shares({ minP: 0.5 })).toEqual([0, 0.6, 0, 0.4]);
    // Entropy 1.01 nats: surprises are 1.79, 0.69 and 1.10.
    expect(shares({ typical: 0.3 })).toEqual([0, 0, 0, 1]);
  });

  it('shy away from what was there', () => {
    expect(shares({ repetitionPenalty: 2 }, [1])[1]).toBeCloseTo(Math.sqrt(3) / (3 + Math.sqrt(3)), 3);
    // 1 has followed 3 0 0 before.
    expect(shares({ dry: 1 }, [3, 0, 0, 1, 3, 0, 0])[1]).toBeLessThan(0.2);
    expect(shares({ dry: 1 }, [3, 0, 0, 1, 2, 0, 0])).toEqual(shares({}));
  });
});
