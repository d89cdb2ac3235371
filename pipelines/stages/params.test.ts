import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makePlan } from '@etude/engine';
import { expect, it } from 'vitest';
import { stages } from './index.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

it.each(
  readdirSync(join(root, 'experiments')).filter((name) => name.endsWith('.yaml')),
)('parameters of %s are valid as they are sent to other machines', (name) => {
  const dataSet = () => [{ name: 'a.mid', location: join(root, 'data', 'canon-in-d.mid'), digest: '0'.repeat(64) }];
  const plan = makePlan({ workspace: root, config: join(root, 'experiments', name), stages, dataSet });
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
