import { describe, expect, it } from 'vitest';
import { type InputError, makePlan, readSweep } from '../index.js';
import { toyWorkspace } from '../testing/toy-workspace.js';

const toy = toyWorkspace();
toy.write('text.txt', 'some text');

/** The toy's experiment with a sweep. */
const requestOf = (sweep: object, set: string[] = []) => {
  toy.write('experiments/sweep.yaml', `extends: a.yaml\nsweep: ${JSON.stringify(sweep)}\n`);
  return { workspace: toy.folder, config: `${toy.folder}/experiments/sweep.yaml`, set, stages: toy.stages };
};
const namesOf = (sweep: object) => readSweep(requestOf(sweep))!.points.map(({ name }) => name);
const problemOf = (sweep: object, set?: string[]) => {
  try {
    return readSweep(requestOf(sweep, set))?.points;
  } catch (error) {
    return (error as InputError).message;
  }
};

describe('a sweep', () => {
  it('has every combination of a grid, but for those that are left out', () => {
    const grid = { 'head.letters': [1, 2], 'split.parts': [2, 3] };
    expect(namesOf({ grid })).toEqual([
      'letters-1,parts-2',
      'letters-1,parts-3',
      'letters-2,parts-2',
      'letters-2,parts-3',
    ]);
    expect(namesOf({ grid, except: [{ 'head.letters': 2, 'split.parts': 3 }, { 'split.parts': 2 }] })).toEqual([
      'letters-1,parts-3',
    ]);
  });

  it('leaves out lists of values and ranges, whose ends they include', () => {
    const grid = { 'head.letters': [1, 2, 3, 4], 'split.parts': [2, 3] };
    expect(namesOf({ grid, except: [{ 'head.letters': [1, 4] }, { 'split.parts': 3 }] })).toEqual([
      'letters-2,parts-2',
      'letters-3,parts-2',
    ]);
    const small = { 'head.letters': { from: 2 }, 'split.parts': { from: 3, to: 3 } };
    expect(namesOf({ grid, except: [small, { 'head.letters': { to: 2 } }] })).toEqual([
      'letters-3,parts-2',
      'letters-4,parts-2',
    ]);
    const over = { 'head.letters': { from: 1, to: 9, scale: 'integer' }, 'split.parts': [1, 2] };
    const some = namesOf({ random: { draws: 50, over }, except: [{ 'head.letters': [{ to: 3 }, { from: 8 }, 5] }] });
    expect(new Set(some.map((name) => name[8]))).toEqual(new Set(['4', '6', '7']));
    // A value that is itself a list or a map is compared as a whole, too.
    const list = [
      { 'split.options': { reverse: true } },
      { 'split.options': { reverse: false } },
      { 'split.parts': 2 },
    ];
    expect(namesOf({ list, except: [{ 'split.options': { reverse: true } }] })).toHaveLength(2);
  });

  it('has the points of several grids, each of which may vary other parameters', () => {
    const grid = [{ 'head.letters': [1], 'split.parts': [2, 3] }, { 'head.letters': [1, 2] }];
    expect(namesOf({ grid })).toEqual(['letters-1,parts-2', 'letters-1,parts-3', 'letters-1', 'letters-2']);
    expect(namesOf({ grid, except: [{ 'split.parts': { from: 1 } }] })).toEqual(['letters-1', 'letters-2']);
  });

  it('is planned point by point, each with a folder of its own', () => {
    const request = requestOf({ list: [{ 'head.letters': 5 }, { 'split.options': { reverse: true } }] });
    const plans = readSweep(request)!.points.map((point) => makePlan({ ...request, point }));
    expect(plans.map(({ experiment, config }) => [experiment, config])).toEqual([
      ['sweep/letters-5', 'experiments/sweep.yaml'],
      [expect.stringMatching(/^sweep\/[0-9a-f]{12}$/), 'experiments/sweep.yaml'],
    ]);
    const [head] = plans[0]!.stages.filter(({ name }) => name === 'head');
    expect(head!.params).toMatchObject({ letters: 5 });
    expect(head!.origin('letters')).toBe('sweep point letters-5');
  });

  it('draws points that stay the same where there are more of them', () => {
    const over = { 'head.letters': { from: 1, to: 9, scale: 'integer' }, 'split.parts': [1, 2] };
    const few = namesOf({ random: { draws: 5, over } });
    const many = namesOf({ random: { draws: 400, over } });
    expect(many.slice(0, few.length)).toEqual(few);
    // Equal points are one.
    expect([...many].sort()).toEqual(
      [1, 2, 3, 4, 5, 6, 7, 8, 9]
        .flatMap((letters) => [1, 2].map((parts) => `letters-${letters},parts-${parts}`))
        .sort(),
    );
    expect(namesOf({ random: { draws: 5, seed: 2, over } })).not.toEqual(few);
    const rates = readSweep(
      requestOf({ random: { draws: 500, over: { 'head.letters': { from: 0.001, to: 0.1, scale: 'log' } } } }),
    )!.points.map(({ settings }) => settings[0]!.value as number);
    expect(Math.min(...rates)).toBeGreaterThanOrEqual(0.001);
    expect(Math.max(...rates)).toBeLessThanOrEqual(0.1);
    // Half of them are below the geometric mean.
    expect(rates.filter((rate) => rate < 0.01).length).toBeGreaterThan(200);
    expect(rates.filter((rate) => rate < 0.01).length).toBeLessThan(300);
  });

  it('tells what is wrong with it, and where', () => {
    expect(problemOf({})).toMatch(/sweep\.yaml:2:\d+: sweep: expected one of grid, list, random, found none/);
    expect(problemOf({ grid: { letters: [1] } })).toMatch(/expected stage\.parameter/);
    expect(problemOf({ grid: { 'head.letters': [] } })).toMatch(/sweep\.yaml:2:\d+: sweep\.grid/);
    expect(problemOf({ gird: {} })).toMatch(/unknown key "gird"; did you mean "grid"/);
    const hundred = Array.from({ length: 101 }, (_, i) => i);
    expect(problemOf({ grid: { 'head.letters': hundred, 'split.parts': hundred } })).toMatch(/10,201/);
    expect(problemOf({ grid: { 'head.letters': [1] } }, ['head.letters=2'])).toMatch(/is what the sweep varies/);
    const grid = { 'head.letters': [1, 2] };
    expect(problemOf({ grid, except: [{ 'head.leters': 1 }] })).toMatch(
      /sweep\.yaml:2:\d+: sweep\.except: the sweep does not vary head\.leters; did you mean "head\.letters"\?/,
    );
    expect(problemOf({ grid, except: [{ 'head.letters': { above: 1 } }] })).toMatch(
      /expected a value, a list of values or a range such as \{ from: 1, to: 2 \}, found \{"above":1\}/,
    );
    expect(problemOf({ grid, except: [{ 'head.letters': {} }] })).toMatch(/expected a value/);
    expect(problemOf({ grid: [grid, { 'head.letters': hundred, 'split.parts': hundred }] })).toMatch(/10,203/);
    expect(problemOf({ grid: [] })).toMatch(/sweep\.grid/);
    const request = requestOf({ grid: { 'head.leters': [1] } });
    expect(() => makePlan({ ...request, point: readSweep(request)!.points[0] })).toThrow(/leters/);
  });
});
