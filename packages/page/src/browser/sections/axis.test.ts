import { describe, expect, it } from 'vitest';
import { axisOf, measureAxis, withRoom } from './axis.js';

const textsOf = ({ ticks }: { ticks: readonly { text: string }[] }) => ticks.map(({ text }) => text);

describe('the axis of a parameter', () => {
  it('has its values as ticks where they are few', () => {
    const axis = axisOf([64, 128, 64, 256]);
    expect([axis.scale, textsOf(axis)]).toEqual(['linear', ['64', '128', '256']]);
    expect([64, 160, 256].map(axis.at)).toEqual([expect.closeTo(0.06), expect.closeTo(0.5), expect.closeTo(0.94)]);
  });

  it('is logarithmic where they span more than a factor of 10', () => {
    expect(axisOf([1, 10]).scale).toBe('linear');
    expect(axisOf([0, 100]).scale).toBe('linear');
    const axis = axisOf([0.001, 0.01, 0.1]);
    expect([axis.scale, axis.at(0.01)]).toEqual(['log', expect.closeTo(0.5)]);
    const many = Array.from({ length: 20 }, (_, i) => 0.0003 * 1.3 ** i);
    expect(textsOf(axisOf(many))).toEqual(['0.0005', '0.001', '0.002', '0.005', '0.01', '0.02']);
    expect(textsOf(axisOf(many.map((rate, i) => rate * 2 ** i)))).toEqual([
      '0.001',
      '0.01',
      '0.1',
      '1',
      '10',
      '100',
      '1000',
      '10000',
    ]);
  });

  it('has categories where any value is no number', () => {
    const axis = axisOf(['bach', null, true, 'bach', 3]);
    expect([axis.scale, textsOf(axis)]).toEqual(['categories', ['bach', 'null', 'true', '3']]);
    expect(axis.at('bach')).toBe(0.125);
    expect(axis.at(3)).toBe(0.875);
  });

  it('puts what is all one value in the middle', () => {
    expect(axisOf([2, 2]).at(2)).toBe(0.5);
    expect(measureAxis([3], String)).toMatchObject({ ticks: [{ at: 0.5, text: '3' }] });
  });
});

describe('the axis of a measure', () => {
  it('has round numbers, as precise as they need to be', () => {
    expect(textsOf(measureAxis([1.93, 2.41], (value) => value.toFixed(3)))).toEqual([
      '2.000',
      '2.100',
      '2.200',
      '2.300',
      '2.400',
    ]);
    expect(textsOf(measureAxis([0.01, 0.012], (value) => value.toFixed(1)))).toEqual([
      '0.01',
      '0.0105',
      '0.011',
      '0.0115',
      '0.012',
    ]);
  });
});

it('leaves out ticks that have no room', () => {
  const ticks = [0, 0.1, 0.5, 1].map((at) => ({ at, text: 'four' }));
  expect(withRoom(ticks, 200).map(({ at }) => at)).toEqual([0, 0.5, 1]);
});
