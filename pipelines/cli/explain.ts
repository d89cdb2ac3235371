import { findStage, InputError, runPlan, type SweepPoint, suggestion } from '@etude/engine';
import { plainText } from '@etude/report';
import { colours, formatColumns, plainLines, printJson } from './print.js';
import { secondLevel } from './shared-store.js';
import { planFor, sweepOf } from './workspace.js';

interface ExplainOptions {
  readonly config: string;
  readonly set: string[];
  readonly stage?: string;
  /** of a sweep: the name of the point that is explained */
  readonly point?: string;
  readonly json?: boolean;
}

/** What goes into each stage's fingerprint, where it comes from, and what changed since the last run. */
export async function explainCommand(options: ExplainOptions): Promise<void> {
  const { stage: only, point: name, json = false, ...request } = options;
  const points = sweepOf(request)?.points;
  const point = name === undefined ? undefined : pointNamed(name, points);
  const plan = planFor(point ? { ...request, point } : request);
  if (only !== undefined) findStage(plan, only);
  const shared = secondLevel(plan.workspace, new AbortController().signal);
  const { record } = await runPlan(plan, { dryRun: true, shared });
  if (shared?.store.problem) console.error(plainLines(`warning: ${shared.store.problem}`));
  const stages = record.stages
    .filter(({ name }) => only === undefined || name === only)
    .map(({ name, status, reasons, stage, version, params, files, inputs, fingerprint }) => {
      const { origin } = findStage(plan, name);
      const origins = Object.fromEntries(
        [...Object.keys(params), ...Object.keys(files)].map((parameter) => [parameter, origin(parameter) ?? 'default']),
      );
      return { name, status, reasons, stage, version, fingerprint, params, files, origins, inputs };
    });
  if (json) {
    printJson({ experiment: plan.experiment, stages });
    return;
  }
  if (points && !point) {
    const first = plainText(points[0]!.name);
    console.log(`what the ${points.length} points of the sweep have in common; of one of them: --point ${first}\n`);
  }
  for (const { name, status, reasons, version, fingerprint, params, files, origins, inputs } of stages) {
    console.log(
      `${colours.bold(name)}  version ${version}, ${status === 'hit' ? 'in the cache' : 'would run'}${reasons.length ? ` (${plainText(reasons.join(', '))})` : ''}`,
    );
    console.log(`  fingerprint ${fingerprint ?? 'known once the stages before it have run'}`);
    const rows = [
      ...Object.entries(params).map(([parameter, value]) => [
        `  ${parameter}`,
        JSON.stringify(value),
        origins[parameter]!,
      ]),
      ...Object.entries(files).map(([parameter, { path, digest }]) => [
        `  ${parameter}`,
        `${path} ${digest.slice(0, 12)}`,
        origins[parameter]!,
      ]),
      ...Object.values(inputs ?? {}).flatMap((artifacts) =>
        artifacts.map(({ path, digest }) => [`  ${path}`, digest.slice(0, 12), 'input']),
      ),
    ];
    if (rows.length > 0) console.log(formatColumns(rows));
  }
}

/** @throws {InputError} where there is none of that name */
function pointNamed(name: string, points: readonly SweepPoint[] | undefined): SweepPoint {
  const found = points?.find((point) => point.name === name);
  if (found !== undefined) return found;
  const known = points?.map((point) => point.name);
  const message = known
    ? `the sweep has no point "${name}"${suggestion(name, known)}`
    : 'the experiment has no sweep, so it has no points';
  throw new InputError([{ place: `--point ${name}`, message }]);
}
