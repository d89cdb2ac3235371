import { canonicalJson } from './fingerprint.js';
import type { StageRecord } from './run-record.js';
import { isMap } from './yaml-file.js';

/** The side of a stage that its fingerprint depends on, as it stands now. */
export type Present = Pick<StageRecord, 'name' | 'stage' | 'version' | 'params' | 'files' | 'inputs'>;

/** What has changed about a stage since `previous`, its record of the experiment's last run: a line for each thing. */
export function changesSince(previous: StageRecord | undefined, present: Present): string[] {
  if (previous === undefined) return ['first run of this stage in this experiment'];
  const { name } = present;
  const changes: string[] = [];
  if (previous.stage !== present.stage) changes.push(`stage ${previous.stage} → ${present.stage}`);
  else if (previous.version !== present.version) changes.push(`version ${previous.version} → ${present.version}`);
  changes.push(...parameterChanges(name, previous.params, present.params));
  for (const [parameter, { path, digest }] of Object.entries(present.files)) {
    const before = previous.files[parameter];
    if (before?.digest === digest) continue;
    changes.push(
      before?.path === path ? `${path} changed` : `${name}.${parameter} ${before?.path ?? 'none'} → ${path}`,
    );
  }
  for (const [door, artifacts] of Object.entries(present.inputs ?? {})) {
    const before = previous.inputs?.[door] ?? [];
    const digests = (list: typeof artifacts) => list.map(({ digest }) => digest).join();
    if (digests(before) === digests(artifacts)) continue;
    const [first] = artifacts;
    changes.push(`${artifacts.length === 1 ? first!.path : `${first?.path ?? door} and so on`} changed`);
  }
  return changes;
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
