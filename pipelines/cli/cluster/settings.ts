import { InputError } from '@etude/engine';
import { type ClusterSettings, clusterSettings } from '../workspace-settings.js';

/** @throws {InputError} where none is named */
export function clusterOf(workspace: string): ClusterSettings {
  const settings = clusterSettings(workspace, process.env);
  if (settings) return settings;
  const message =
    'expected the file of a cluster in ETUDE_CLUSTER, or `cluster:` in etude.yaml; `etude cluster up` starts one to try it out';
  throw new InputError([{ place: 'cluster', message }]);
}
