import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makePlan } from '@etude/engine';
import { beforeAll, expect, it } from 'vitest';
import { stages } from './index.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const names = readdirSync(join(root, 'experiments')).filter((name) => name.endsWith('.yaml'));
const workspace = mkdtempSync(join(tmpdir(), 'etude-params-'));

// As this workspace, with a file in place of each corpus that only its user has.
beforeAll(() => {
  for (const path of ['data', 'experiments', 'models', 'pipelines/song.yaml', 'pipelines/chorales.yaml']) {
    cpSync(join(root, path), join(workspace, path), { recursive: true });
  }
  mkdirSync(join(workspace, 'corpora'));
  for (const name of names) {
    const text = readFileSync(join(root, 'experiments', name), 'utf8');
    for (const [corpus] of text.matchAll(/corpora\/\w+\.json/g)) writeFileSync(join(workspace, corpus), '{}');
  }
});

it.each(names)('parameters of %s are valid as they are sent to other machines', (name) => {
  const dataSet = () => [{ name: 'a.mid', location: join(root, 'data', 'canon-in-d.mid'), digest: '0'.repeat(64) }];
  const plan = makePlan({ workspace, config: join(workspace, 'experiments', name), stages, dataSet });
  for (const { stage, params } of plan.stages) {
    const sent = JSON.parse(JSON.stringify(params)) as Record<string, unknown>;
    for (const [parameter, value] of Object.entries(sent)) {
      const { data, error } = stage.params.shape[parameter]!.safeParse(value) as { data: unknown; error?: unknown };
      expect([name, stage.name, parameter, error, data]).toEqual([
        name,
        stage.name,
        parameter,
        undefined,
        params[parameter],
      ]);
    }
  }
});
