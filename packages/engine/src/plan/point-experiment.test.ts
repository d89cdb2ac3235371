import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { experimentOfPoint, makePlan, readSweep } from '../index.js';
import { toyWorkspace } from '../testing/toy-workspace.js';

const toy = toyWorkspace();
toy.write('text.txt', 'some text');

/** The experiments of a sweep's points, in a folder of their own. */
function experimentsOf(name: string) {
  const request = { workspace: toy.folder, config: join(toy.folder, 'experiments', `${name}.yaml`) };
  const file = join(toy.folder, 'experiments', 'best', 'point.yaml');
  return readSweep(request)!.points.map((point) => {
    const experiment = experimentOfPoint({ ...request, settings: point.settings, file });
    toy.write('experiments/best/point.yaml', stringify(experiment));
    const paramsOf = (plan: ReturnType<typeof makePlan>) => plan.stages.map(({ params }) => params);
    const written = makePlan({ workspace: toy.folder, config: file, stages: toy.stages });
    // Whatever is written, it plans the same.
    expect(paramsOf(written)).toEqual(paramsOf(makePlan({ ...request, point, stages: toy.stages })));
    return experiment;
  });
}

describe('the experiment of a point', () => {
  it('extends what the sweep extends, with what the sweep sets and the values of the point', () => {
    toy.write(
      'experiments/sweep.yaml',
      'extends: a.yaml\ndescription: letters\nhead: { letters: 9 }\nsweep: { grid: { split.parts: [2, 5] } }\n',
    );
    const [first] = experimentsOf('sweep');
    expect(first).toEqual({ extends: '../a.yaml', head: { letters: 9 }, split: { parts: 2 } });
  });

  it('leaves the sweep out where that is extended, and says all where nothing is', () => {
    toy.write('experiments/more.yaml', 'extends: sweep.yaml\nhead: { letters: 8 }\n');
    expect(experimentsOf('more')[1]).toEqual({ extends: '../a.yaml', head: { letters: 8 }, split: { parts: 5 } });
    toy.write(
      'experiments/alone.yaml',
      'pipeline: toy\nread: { source: text.txt }\nsplit: { options: { reverse: true } }\nsweep: { grid: { split.parts: [2] } }\n',
    );
    expect(experimentsOf('alone')[0]).toMatchObject({
      pipeline: 'toy',
      split: { parts: 2, options: { reverse: true } },
    });
  });

  it('says all itself where a map of the point takes the place of one that merging would keep', () => {
    // Valid only with the map of the point in place of its own.
    toy.write('experiments/wide.yaml', 'extends: a.yaml\nsplit: { options: { reverse: false, speed: 1 } }\n');
    toy.write('experiments/maps.yaml', 'extends: wide.yaml\nsweep: { list: [{ split.options: { reverse: true } }] }\n');
    expect(experimentsOf('maps')[0]).toEqual({
      ...{ pipeline: 'toy', read: { source: 'text.txt' }, head: { letters: 3 } },
      split: { parts: 2, options: { reverse: true } },
    });
  });

  it('writes inner values of a map', () => {
    toy.write('experiments/inner.yaml', 'extends: a.yaml\nsweep: { grid: { split.options.reverse: [true] } }\n');
    expect(experimentsOf('inner')[0]).toEqual({ extends: '../a.yaml', split: { options: { reverse: true } } });
  });

  it('extends by its name what comes with the program', () => {
    const other = toyWorkspace();
    other.write('experiments/shipped-sweep.yaml', 'extends: a.yaml\nsweep: { grid: { split.parts: [2] } }\n');
    toy.write('experiments/mine.yaml', 'extends: shipped-sweep.yaml\n');
    const request = { workspace: toy.folder, shipped: other.folder, config: join(toy.folder, 'experiments/mine.yaml') };
    const file = join(toy.folder, 'experiments/best.yaml');
    const settings = [{ key: 'split.parts', value: 2 }];
    // What the workspace has itself goes before what is shipped, and would be another.
    expect(experimentOfPoint({ ...request, settings, file }).extends).toBe(
      join('..', '..', other.folder.split('/').at(-1)!, 'experiments/a.yaml'),
    );
    other.write('experiments/base.yaml', 'pipeline: toy\n');
    other.write('experiments/shipped-sweep.yaml', 'extends: base.yaml\nsweep: { grid: { split.parts: [2] } }\n');
    expect(experimentOfPoint({ ...request, settings, file }).extends).toBe('base.yaml');
  });
});
