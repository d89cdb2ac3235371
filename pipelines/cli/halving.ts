import {
  artifactFolder,
  type Plan,
  planUntil,
  type RunResult,
  STEPS,
  type Sweep,
  type SweepPoint,
} from '@etude/engine';
import { LastRuns } from './watch/last-run.js';

/** The stage whose parameter {@link STEPS} is. */
const [TRAINING] = STEPS.split('.') as [string];

interface Halved {
  readonly halving: NonNullable<Sweep['halving']>;
  readonly points: readonly SweepPoint[];
  /** of all points, to their end */
  readonly plans: readonly Plan[];
  planOf(point: SweepPoint): Plan;
}

/** A round: every point that is left is trained for so many steps, and nothing else. */
export interface Round {
  readonly steps: number;
  /** by the number of the point */
  readonly plans: ReadonlyMap<number, Plan>;
}

/**
 * Successive halving (Li et al., "Hyperband", 2018, section 3; Jamieson and Talwalkar 2016): all points are trained a little, those with the lowest
 * held-out loss further, and so on. What was trained is gone on from.
 */
export class Halving {
  readonly #halved: Halved;
  readonly #last = new LastRuns();
  #steps: number;
  /** numbers of the points that go on */
  left: readonly number[];

  constructor(halved: Halved) {
    this.#halved = halved;
    this.#steps = halved.halving.from;
    this.left = halved.points.map((_, index) => index);
  }

  /** @returns undefined where those that are left are to be run to their end */
  next(): Round | undefined {
    const { points, plans, planOf } = this.#halved;
    const steps = Math.round(this.#steps);
    const most = Math.max(...plans.map(stepsOf));
    if (this.left.length === 1 || steps >= most) return undefined;
    const planned = this.left.map((index) => {
      const point = points[index]!;
      const own = { key: STEPS, value: Math.min(steps, stepsOf(plans[index]!)), place: 'sweep.halving' };
      return [index, planUntil(planOf({ ...point, settings: [...point.settings, own] }), TRAINING)] as const;
    });
    return { steps, plans: new Map(planned) };
  }

  /**
   * Chooses who goes on; a point that failed or has nothing held out does not.
   * @returns numbers and losses of those that do not, the best first
   */
  end({ plans }: Round, results: ReadonlyMap<number, RunResult>): { index: number; loss: number | undefined }[] {
    const { factor } = this.#halved.halving;
    const losses = [...plans].map(([index, { workspace, experiment }]) => {
      const isDone = results.get(index)?.error === undefined;
      return { index, loss: isDone ? this.#last.of(artifactFolder(workspace, experiment))?.heldOut : undefined };
    });
    const ranked = losses.sort((a, b) => (a.loss ?? Number.POSITIVE_INFINITY) - (b.loss ?? Number.POSITIVE_INFINITY));
    const kept = ranked.filter(({ loss }) => loss !== undefined).slice(0, Math.ceil(plans.size / factor));
    this.left = kept.map(({ index }) => index).sort((a, b) => a - b);
    this.#steps *= factor;
    return ranked.filter((each) => !kept.includes(each));
  }
}

function stepsOf({ stages }: Plan): number {
  return Number(stages.find(({ name }) => name === TRAINING)?.params.steps ?? 0);
}
