import { join } from 'node:path';
import { artifactFolder, readRunRecord, type SweepPoint } from '@etude/engine';
import { experimentsIn } from './experiments.js';
import { sweepOf } from './workspace.js';

/** A sweep of a workspace, and what the last runs of its points came to. */
export interface FoundSweep {
  readonly name: string;
  /** its file, from the workspace */
  readonly config: string;
  readonly points: readonly SweepPoint[];
  /** whether some points were trained for less long than others, on purpose */
  readonly isHalved: boolean;
  readonly done: readonly SweepPoint[];
  readonly failed: readonly SweepPoint[];
  /** stopped, or still running */
  readonly unfinished: readonly SweepPoint[];
  readonly notRun: readonly SweepPoint[];
}

/**
 * The sweep of that name; undefined where there is no such experiment, or it is none.
 * @throws {InputError} where its file is invalid
 */
export function findSweep(workspace: string, name: string): FoundSweep | undefined {
  const config = experimentsIn(workspace).find(({ experiment }) => experiment === name)?.config;
  const sweep = config === undefined ? undefined : sweepOf({ config: join(workspace, config) });
  if (config === undefined || sweep === undefined) return undefined;
  const { points, halving } = sweep;
  const status = new Map(
    points.map((point) => [point, readRunRecord(artifactFolder(workspace, `${name}/${point.name}`))?.status]),
  );
  const those = (wanted: 'done' | 'failed' | 'unfinished' | undefined) =>
    points.filter((point) => status.get(point) === wanted);
  return {
    ...{ name, config, points, isHalved: halving !== undefined, done: those('done') },
    ...{ failed: those('failed'), unfinished: those('unfinished'), notRun: those(undefined) },
  };
}
