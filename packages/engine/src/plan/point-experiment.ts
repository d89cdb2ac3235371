import { dirname, join, relative, resolve, sep } from 'node:path';
import { isInside, orShipped, type Places } from '../files/workspace-path.js';
import { InputError, type Problem } from '../problem.js';
import { isMap, type YamlFile, type YamlMap } from '../yaml/yaml-file.js';
import { applySettings, merged, mergedFiles, readChain, type Setting } from './experiment-file.js';
import { canonicalJson } from './fingerprint.js';
import type { PlanRequest } from './plan.js';

/** A point of a sweep, and the file in which it is to be an experiment of its own. */
interface PointToWrite extends Pick<PlanRequest, 'workspace' | 'shipped' | 'config'> {
  /** its values, and whatever else goes over what the sweep's file says */
  readonly settings: readonly Pick<Setting, 'key' | 'value'>[];
  /** absolute; `extends` leads from there */
  readonly file: string;
}

/**
 * A point of a sweep as an experiment without a sweep: it extends what the sweep extends, with what the sweep's file sets and the
 * values of the point. Where that would not come to the same, since maps are merged, it extends nothing and says all itself.
 * @throws {InputError} where a file of the sweep is invalid
 * @example
 * experimentOfPoint({ workspace, config: 'experiments/sizes.yaml', settings, file: '/music/experiments/best.yaml' });
 * // { extends: '4layer.yaml', train: { units: 128 } }
 */
export function experimentOfPoint({ workspace, shipped, config, settings, file }: PointToWrite): YamlMap {
  const places = { workspace, shipped };
  const problems: Problem[] = [];
  const chain = readChain(resolve(config), places, problems);
  if (chain === undefined) throw new InputError(problems);
  const whole = mergedFiles(chain);
  applySettings(
    whole,
    settings.map((setting) => ({ ...setting, place: '' })),
  );
  // A sweep that is itself extended would come along with what is below it.
  const last = chain.findLastIndex(({ value }) => isMap(value) && Object.hasOwn(value, 'sweep'));
  const base = baseOf(chain[last], places);
  if (base === undefined) return withoutFrame(whole);
  const own = withoutFrame(mergedFiles(chain.slice(0, last + 1)));
  for (const { key } of settings) {
    const [stage, parameter] = key.split('.') as [string, string];
    own[stage] = { ...(own[stage] as YamlMap | undefined), [parameter]: (whole[stage] as YamlMap)[parameter] };
  }
  const isSame =
    canonicalJson(withoutFrame(merged(mergedFiles(chain.slice(last + 1)), own))) === canonicalJson(withoutFrame(whole));
  const path = relative(dirname(file), base).split(sep).join('/');
  return isSame ? { extends: path, ...own } : withoutFrame(whole);
}

/** What an experiment says, but for how it came to say it. */
function withoutFrame({ extends: _, sweep, description, ...rest }: YamlMap): YamlMap {
  return rest;
}

/** The absolute path of what a file extends, in the workspace where a file that comes with the program is meant. */
function baseOf(file: YamlFile | undefined, places: Places): string | undefined {
  const base = (file?.value as YamlMap | undefined)?.extends;
  if (file === undefined || typeof base !== 'string') return undefined;
  const { workspace, shipped } = places;
  const path = resolve(dirname(resolve(workspace, file.place)), base);
  if (shipped === undefined || !isInside(path, shipped)) return path;
  const here = join(workspace, relative(shipped, path));
  return orShipped(here, places) === path ? here : path;
}
