import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  artifactFolder,
  InputError,
  isExperimentName,
  isPlainFile,
  type Problem,
  readRunRecord,
  suggestion,
} from '@etude/engine';
import type { ExperimentToCompare } from '@etude/report';
import { type LearningCurve, learningCurveFormat } from '@etude/trainer';

/** What a comparison needs of an artifact folder: `run.json` says which files the last run left there. */
export function readExperimentFolder(workspace: string, name: string, problems: Problem[]): ExperimentToCompare[] {
  if (!isExperimentName(name)) {
    problems.push({ place: 'compare', message: `expected the name of a folder in artifacts/, found "${name}"` });
    return [];
  }
  const folder = artifactFolder(workspace, name);
  const record = readRunRecord(folder);
  if (record === undefined) {
    const all = existsSync(join(workspace, 'artifacts')) ? readdirSync(join(workspace, 'artifacts')) : [];
    const near = all.length === 0 || all.includes(name) ? '; run it first' : suggestion(name, all);
    problems.push({ place: 'compare', message: `there is no artifacts/${name}/run.json${near}` });
    return [];
  }
  const present = record.stages.flatMap((stage) =>
    stage.outputs.flatMap(({ path, digest }) => {
      const file = join(folder, stage.name, path);
      return isPlainFile(file)
        ? [{ stage, path, bytes: bytesOf(file, digest, `artifacts/${name}/${stage.name}/${path}`) }]
        : [];
    }),
  );
  const measured = present.find(({ path }) => path === 'measures.json');
  const measures = measured && JSON.parse(measured.bytes.toString());
  const curve = present.find(({ path }) => path === 'learning-curve.csv');
  const params = record.stages.flatMap(({ name: stage, params, files }) => [
    ...Object.entries(params).flatMap(([key, value]) => leaves(`${stage}.${key}`, value)),
    ...Object.entries(files).map(([key, { path }]) => [`${stage}.${key}`, path] as const),
  ]);
  return [
    {
      name,
      params: Object.fromEntries(params),
      curve: curve && curveOf(curve.bytes, `artifacts/${name}/${curve.stage.name}/${curve.path}`),
      trainingSeconds: curve?.stage.madeInSeconds,
      totalSeconds: record.stages.reduce((sum, { madeInSeconds }) => sum + (madeInSeconds ?? 0), 0),
      reports: measures?.songs ?? [],
      natsPerNote: measures?.likelihood?.natsPerNote,
      songs: present.filter(({ path }) => path.endsWith('.mid')),
    },
  ];
}

/** The values in a parameter that is a map, each with its place; itself where it is none. */
function leaves(place: string, value: unknown): (readonly [string, unknown])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[place, value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(`${place}.${key}`, inner));
}

/** @throws {InputError} where a file is not what the run left there */
function bytesOf(file: string, digest: string, place: string): Buffer {
  const bytes = readFileSync(file);
  if (createHash('sha256').update(bytes).digest('hex') === digest) return bytes;
  throw new InputError([
    { place, message: 'not what the last run left there; run the experiment again, which restores it' },
  ]);
}

/** @throws {InputError} where another version of Etude wrote the curve in another form */
function curveOf(bytes: Uint8Array, place: string): LearningCurve {
  try {
    return learningCurveFormat.parse(bytes);
  } catch (error) {
    const message = `${(error as Error).message}; run the experiment again`;
    throw new InputError([{ place, message }]);
  }
}
