import { InputError } from '@etude/engine';
import { type ClusterSettings, clusterSettings } from '../workspace-settings.js';

/** @throws {InputError} where none is named */
export function clusterOf(workspace: string): ClusterSettings {
  const settings = clusterSettings(workspace, process.env);
  if (settings) return settings;
  const message =
    'expected a cluster in ETUDE_CLUSTER (127.0.0.1:7233,s3://bucket) or in etude.yaml; etude cluster up starts one to try it out';
  throw new InputError([{ place: 'cluster', message }]);
}
