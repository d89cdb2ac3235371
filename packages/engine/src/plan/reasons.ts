import type { FileRecord, StageRecord } from '../run/run-record.js';
import { isMap } from '../yaml/yaml-file.js';
import { canonicalJson } from './fingerprint.js';

/** The side of a stage that its fingerprint depends on, as it stands now. */
export type Present = Pick<StageRecord, 'name' | 'stage' | 'version' | 'params' | 'files' | 'inputs'>;

/** Why a stage does not run that another machine ran. */
export const SHARED = 'from the shared cache';
/** Why a stage does not run that a worker has just run for the same run. */
export const BY_WORKER = 'run by a worker';
export const REPAIRED = 'its cached artifact was damaged';

/**
 * Why a stage runs, or would if it were not in the cache: a line for each reason.
 * @param previous its record of the experiment's last run
 * @param now whether it was asked for, and what of its outputs is in the cache
 */
export function reasonsToRun(
  previous: StageRecord | undefined,
  present: Present,
  { forced, found }: { forced: boolean; found: 'whole' | 'damaged' | 'missing' },
): string[] {
  const unfinished = previous?.outputs.length === 0;
  const reasons = forced ? ['asked for by --stage'] : unfinished ? [] : changesSince(previous, present);
  if (found === 'damaged') reasons.push(REPAIRED);
  if (reasons.length > 0 || found === 'whole') return reasons;
  return [unfinished ? 'did not finish last time' : 'no longer in the cache'];
}

/** What has changed about a stage since its last run. */
function changesSince(previous: StageRecord | undefined, present: Present): string[] {
  if (previous === undefined) return ['first run of this stage in this experiment'];
  const { name } = present;
  const changes: string[] = [];
  if (previous.stage !== present.stage) changes.push(`stage ${previous.stage} → ${present.stage}`);
  else if (previous.version !== present.version) changes.push(`version ${previous.version} → ${present.version}`);
  changes.push(...parameterChanges(name, previous.params, present.params));
  for (const [parameter, now] of Object.entries(present.files)) {
    const before = previous.files[parameter];
    if (before?.digest !== now.digest) changes.push(fileChange(`${name}.${parameter}`, before, now));
  }
  for (const [port, artifacts] of Object.entries(present.inputs ?? {})) {
    const before = previous.inputs?.[port] ?? [];
    const digests = (list: typeof artifacts) => list.map(({ digest }) => digest).join();
    if (digests(before) === digests(artifacts)) continue;
    const [first] = artifacts;
    changes.push(`${artifacts.length === 1 ? first!.path : `${first?.path ?? port} and so on`} changed`);
  }
  return changes;
}

function fileChange(place: string, before: FileRecord | undefined, now: FileRecord): string {
  if (before?.path !== now.path) return `${place} ${before?.path ?? 'none'} → ${now.path}`;
  if (before.files === undefined || now.files === undefined) return `${now.path} changed`;
  const [old, files] = [before.files, now.files];
  const count = (what: string, names: string[]) =>
    names.length === 0 ? [] : [names.length === 1 ? `${names[0]} ${what}` : `${names.length} files ${what}`];
  const parts = [
    ...count(
      'added',
      Object.keys(files).filter((file) => old[file] === undefined),
    ),
    ...count(
      'changed',
      Object.keys(files).filter((file) => old[file] !== undefined && old[file] !== files[file]),
    ),
    ...count(
      'gone',
      Object.keys(old).filter((file) => files[file] === undefined),
    ),
  ];
  return `${now.path}: ${parts.join(', ')}`;
}

function parameterChanges(place: string, before: unknown, now: unknown): string[] {
  if (canonicalJson(before) === canonicalJson(now)) return [];
  if (!isMap(before) || !isMap(now)) return [`${place} ${show(before)} → ${show(now)}`];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return keys.flatMap((key) => parameterChanges(`${place}.${key}`, before[key], now[key]));
}

function show(value: unknown): string {
  if (value === undefined) return 'none';
  return typeof value === 'string' ? value : canonicalJson(value)!;
}
