import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CliWorkspace, TINY } from '../testing/cli-workspace.js';

const workspace = new CliWorkspace();
writeFileSync(workspace.path('experiments/tiny.yaml'), TINY);
const path = workspace.path('artifacts/tiny/report.html');
const page = () => readFileSync(path, 'utf8');
const run = () => workspace.etude('run', 'experiments/tiny.yaml');

it('writes the page again where it was changed or an earlier version of the program wrote it, and else leaves it', async () => {
  await run();
  const [written, { mtimeMs }] = [page(), statSync(path)];
  await run();
  expect(statSync(path).mtimeMs).toBe(mtimeMs);
  const earlier = written.replace(/_[0-9a-f]{16} (?=[0-9a-f]+ -->\n$)/, '_0000000000000000 ');
  for (const other of [earlier, written.replace('<body', '<body class="mine"'), '']) {
    expect(other).not.toBe(written);
    writeFileSync(path, other);
    await run();
    expect(page().length).toBeGreaterThan(100_000);
    expect(page()).not.toBe(other);
  }
});
