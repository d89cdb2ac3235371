import { expect, it } from 'vitest';
import { drawPair, tally, type Vote, votesToCsv } from './votes.js';

const entry = (experiment: string, song = 'Song 1') => ({ experiment, song });
const vote = (a: string, b: string, better: Vote['better']): Vote => ({
  ...{ at: '2026-01-02T03:04:05.000Z', a: entry(a), b: entry(b), better },
});

it('draws two experiments, each as often first as second', () => {
  const experiments = ['x', 'y', 'z'].map((name) => ({ name, songs: ['Song 1', 'Song 2'] }));
  let state = 1;
  const random = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  const pairs = Array.from({ length: 3000 }, () => drawPair(experiments, random));
  const counts = new Map<string, number>();
  for (const [a, b] of pairs) {
    expect(a.experiment).not.toBe(b.experiment);
    counts.set(a.experiment + b.experiment, (counts.get(a.experiment + b.experiment) ?? 0) + 1);
  }
  expect(counts.size).toBe(6);
  for (const count of counts.values()) expect(Math.abs(count - 500)).toBeLessThan(100);
});

it('counts votes by experiment', () => {
  const counts = tally([vote('x', 'y', 'a'), vote('y', 'x', 'b'), vote('x', 'y', 'neither'), vote('x', 'y', 'b')]);
  expect(Object.fromEntries(counts)).toEqual({
    x: { better: 2, worse: 1, neither: 1 },
    y: { better: 1, worse: 2, neither: 1 },
  });
});

it('writes votes as CSV, whatever an experiment is called', () => {
  expect(votesToCsv([vote('a "b", c', 'd', 'a')])).toBe(
    'at,experiment_a,song_a,experiment_b,song_b,better\r\n2026-01-02T03:04:05.000Z,"a ""b"", c",Song 1,d,Song 1,a\r\n',
  );
});
