// What Etude costs where there is much of it (docs/scale.md): planning for real, a sweep of 1,000 points for real, and 10,000 workers in a simulation.
import { rmSync } from 'node:fs';
import { spread } from './pair.mjs';
import { COSTS, DESIGN } from './scale/costs.mjs';
import { planSweep } from './scale/real-planner.mjs';
import { realSweep } from './scale/real-sweep.mjs';
import { simulate } from './scale/simulation.mjs';
import { shapeOf } from './scale/sweep-shape.mjs';
import { sweepWorkspace } from './scale/workspace.mjs';

/** 1,000 points, of which three stages run once, `train` 100 times, and three 1,000 times: 3,103 of 7,000. */
const SIZE = { units: 10, dropouts: 10, temperatures: 10 };
/** Bytes as experiments/4layer.yaml has them; seconds are assumed, those of a training of some minutes. */
const STAGES = [
  { name: 'extract', after: [], seconds: 1, bytes: 118_049 },
  { name: 'study', after: [0], seconds: 1, bytes: 115_784 },
  { name: 'tokenize', after: [0], seconds: 1, bytes: 87_557 },
  { name: 'train', after: [2], seconds: 600, bytes: 2_247_777 },
  { name: 'sample', after: [3, 1], seconds: 30, bytes: 139_695 },
  { name: 'render', after: [4], seconds: 1, bytes: 14_881 },
  { name: 'report', after: [5, 1], seconds: 5, bytes: 320_468 },
];
const FILE_BYTES = 30_000;
/** As many sweeps as make 10^6 stages, of as many users. */
const LOAD = { sweeps: 143, clients: 143, workers: 10_000 };

/** Writes per second of Temporal's servers: many times what was measured, so that it is the design that shows. */
const MANY = 20_000;
/**
 * Changes to the design, each on top of those before.
 * @type {[string, object][]}
 */
const CHANGES = [
  ['as-is', {}],
  ['told-100-at-once', { toldAtOnce: 100 }],
  ['remembers', { remembers: true }],
  ['50-points-a-run', { pointsPerRun: 50, runsAtATime: 1000, lookEvery: 10 }],
];

export function scale() {
  return [
    { name: 'scale-planning', run: planning },
    { name: 'scale-sweep-1000', run: sweep },
    { name: 'scale-simulated', run: simulated },
  ];
}

const one = (name, unit, value) => ({ name, unit, ours: spread([value]) });

async function planned() {
  const workspace = sweepWorkspace(SIZE);
  try {
    return await planSweep(workspace);
  } finally {
    rmSync(workspace.folder, { recursive: true });
  }
}

async function planning() {
  const { times, wanted, advances, total } = await planned();
  const points = wanted.length;
  return [
    one('scale-point-planned', 'ms', (1000 * (times.points + times.plan)) / points),
    one('scale-point-submitted', 'ms', (1000 * times.submit) / points),
    one('scale-look', 'ms', (1000 * times.advance) / advances),
    one('scale-looks-a-point', 'looks', advances / points),
    one('scale-gets-a-point', 'requests', total.get / points),
    one('scale-puts-a-point', 'requests', total.put / points),
  ];
}

async function sweep() {
  const { points, planning, first, second, artifacts, etude } = await realSweep(SIZE, 2);
  const name = 'scale-sweep-1000';
  const growth = ({ tenths }) => (tenths[9] - tenths[8]) / (tenths[1] - tenths[0]);
  return [
    one(`${name}-planning`, 's', planning),
    one(`${name}-first`, 's', first.seconds),
    one(`${name}-stage-run`, 'ms', (1000 * first.seconds) / first.ran),
    one(`${name}-last-tenth-to-second`, '×', growth(first)),
    one(`${name}-cached`, 's', second.seconds),
    one(`${name}-stage-cached`, 'ms', (1000 * second.seconds) / (7 * points)),
    one(`${name}-memory`, 'MB', Math.max(first.megabytes, second.megabytes)),
    one(`${name}-open-files`, 'files', Math.max(first.files, second.files)),
    one(`${name}-artifacts`, 'MB', artifacts.onDisk),
    one(`${name}-etude`, 'MB', etude.onDisk),
  ];
}

async function simulated() {
  const shape = shapeOf(await planned(), STAGES, { fileBytes: FILE_BYTES, common: 3 });
  let design = DESIGN;
  return CHANGES.flatMap(([change, more]) => {
    design = { ...design, ...more };
    const report = simulate({ sweep: shape, ...LOAD }, { design, costs: { ...COSTS, writesPerSecond: MANY } });
    const { seconds, stages, server, store, history, hottest, utilization } = report;
    const name = `scale-${change}`;
    return [
      one(`${name}-hours`, 'h', seconds / 3600),
      one(`${name}-workers-busy`, '%', 100 * utilization),
      one(`${name}-writes-a-stage`, 'writes', server.writes / stages),
      one(`${name}-queries`, 'per s', (server.queries + server.describes) / seconds),
      one(`${name}-requests-a-stage`, 'requests', (store.get + store.put + store.list) / stages),
      one(`${name}-hottest-record`, 'gets', hottest.reads),
      one(`${name}-hottest-second`, 'gets', hottest.inASecond),
      one(`${name}-longest-run`, 'events', history.mostOfARun),
      one(`${name}-longest-stage`, 'events', history.mostOfAStage),
    ];
  });
}
