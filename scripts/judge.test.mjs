import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { isInstalled, programsOf } from '../bench/python.mjs';
import { root } from './setup/workspace.mjs';

const run = promisify(execFile);
const requirements = new URL('../bench/judge/requirements.txt', import.meta.url);
const missing = !isInstalled(requirements);

// Its packages come from PyPI, and npm test installs nothing from there.
const name = missing
  ? 'the judge: skipped, `npm run judge -- --help` installs what its tests need'
  : 'the judge: its own tests';
it.skipIf(missing)(name, { timeout: 600_000 }, async () => {
  const options = { cwd: join(root, 'bench'), env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' } };
  const args = ['-m', 'unittest', 'discover', '-s', 'judge', '-t', '.'];
  const { stderr } = await run(join(programsOf(requirements), 'python'), args, options);
  expect(stderr).toMatch(/^Ran [1-9]\d* tests/m);
});
