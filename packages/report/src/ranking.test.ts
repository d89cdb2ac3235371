import { describe, expect, it } from 'vitest';
import {
  type ComparedExperiment,
  MEASURES,
  marginalRows,
  type PointToRank,
  rankedPoints,
  rankingRows,
} from './index.js';

const [validation] = MEASURES;
const measure = (name: string) => MEASURES.find((each) => each.name === name)!;

function point(values: Record<string, unknown>, keptValidationLoss: number | undefined, lengths: number[] = []) {
  const songs = lengths.map((seconds) => ({
    ...{ path: 'song.mid', seconds, notes: 4, lowest: undefined, highest: undefined, distinctPitches: 0 },
  }));
  const experiment: ComparedExperiment = {
    ...{ name: 'sweep/point', params: {}, keptStep: 10, keptValidationLoss, natsPerNote: undefined, songs },
    ...{ finalTrainingLoss: undefined, finalValidationLoss: undefined, trainingSeconds: 12.34, totalSeconds: 20 },
  };
  return { point: Object.values(values).join(), values, experiment } satisfies PointToRank;
}

const points = [
  point({ 'train.units': 128, 'train.from': 'a' }, 2.5, [10, 20]),
  point({ 'train.units': 64, 'train.from': 'a' }, undefined),
  point({ 'train.units': 64, 'train.from': null }, 2.25, [8]),
  point({ 'train.units': 128, 'train.from': null }, 2.25),
];

describe('a ranking', () => {
  it('puts the lowest first, equals in their order, and what was not measured last', () => {
    expect(rankedPoints(points, validation!).map((each) => each.point)).toEqual(['64,', '128,', '128,a', '64,a']);
    const [first, , third] = rankedPoints(points, measure('length'));
    expect([first!.point, first!.measures.length, third!.measures.length]).toEqual(['64,', 8, undefined]);
    // Of songs the mean.
    expect(rankedPoints(points, measure('length'))[1]!.measures.length).toBe(15);
  });

  it('is a table of values and of the measures that any point has, first of which is its own', () => {
    const rows = rankingRows(rankedPoints(points, validation!), validation!);
    expect(rows[0]).toEqual([
      ...['train.units', 'train.from', 'validation', 'training-time', 'total-time', 'length', 'notes'],
      ...['distinct-pitches', 'point'],
    ]);
    expect(rows[1]).toEqual(['64', 'null', '2.250', '12.3 s', '20.0 s', '8.0 s', '4.0', '0.0', '64,']);
    expect(rows[4]!.slice(0, 3)).toEqual(['64', 'a', '–']);
    expect(rankingRows(rankedPoints(points, measure('nats-per-note')), measure('nats-per-note'))[0]![2]).toBe(
      'nats-per-note',
    );
  });

  it('tells mean and best for each value of a parameter that more than one point has', () => {
    expect(marginalRows(rankedPoints(points, validation!), validation!)).toEqual([
      ['parameter', 'value', 'points', 'mean validation', 'best'],
      ['train.units', '64', '1', '2.250', '2.250'],
      ['train.units', '128', '2', '2.375', '2.250'],
      ['train.from', 'a', '1', '2.500', '2.500'],
      ['train.from', 'null', '2', '2.250', '2.250'],
    ]);
    const drawn = [0.1, 0.01, 0.001].map((rate) => point({ 'train.learningRate': rate, 'train.layers': 2 }, rate));
    expect(marginalRows(rankedPoints(drawn, validation!), validation!)).toEqual([]);
    const half = [4, 5, 6, 4].map((units) => point({ 'train.units': units }, units));
    expect(marginalRows(rankedPoints(half, validation!), validation!)).toEqual([]);
    const sizes = [10, 9, 9].map((units) => point({ 'train.units': units }, units));
    expect(marginalRows(rankedPoints(sizes, measure('length')), measure('length'))).toEqual([]);
    const rows = marginalRows(rankedPoints(sizes, measure('total-time')), measure('total-time'));
    expect(rows.map((row) => row[1])).toEqual(['value', '9', '10']);
  });
});
