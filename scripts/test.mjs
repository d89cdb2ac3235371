// npm test: set-up, then every check and every test that has not passed for these very files before (Nx's cache).
// Ends with one line that counts them: "N passed, N failed".
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { nx } from './nx.mjs';
import { root, say } from './setup/workspace.mjs';
import { setup } from './setup.mjs';

const CHECKS = ['build', 'typecheck', 'lint', 'boundaries', 'dead-code', 'spelling'];
/** What Nx writes of its last run: every task with its exit code. */
const runFile = join(root, '.nx', 'cache', 'run.json');
const projects = [
  'scripts',
  'pipelines',
  'data',
  'cluster',
  ...readdirSync(join(root, 'packages')).map((name) => join('packages', name)),
];
/** Where vitest leaves its counts, in each project (vitest.shared.ts); Nx restores it with a cached result. */
const resultsOf = (project) => join(root, project, '.vitest', 'results.json');

try {
  await setup();
  for (const file of [runFile, ...projects.map(resultsOf)]) rmSync(file, { force: true });
  const code = await nx([
    'run-many',
    `--targets=${[...CHECKS, 'test'].join(',')}`,
    '--outputStyle=static',
    '--nxBail=false',
  ]);
  const { passed, failed, skipped } = count();
  // Whatever went wrong without being counted is a failure too.
  const failures = failed === 0 && (code !== 0 || passed === 0) ? 1 : failed;
  console.log(`${passed} passed, ${failures} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  process.exitCode = failures === 0 ? 0 : 1;
} catch (error) {
  say(`failed: ${error.message}`);
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
}

/** Each check counts as one; each test file's tests as they are. */
function count() {
  const { tasks } = JSON.parse(readFileSync(runFile, 'utf8'));
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const { target, projectName, status } of tasks) {
    // Not a check, but what some need.
    if (target === 'install' && status === 0) continue;
    if (target !== 'test') {
      total[status === 0 ? 'passed' : 'failed'] += 1;
      continue;
    }
    const results = readResults(folderOf(projectName));
    total.passed += results.numPassedTests;
    total.skipped += results.numPendingTests + results.numTodoTests;
    // A task can fail without a failed test: a file that does not load, a crash.
    total.failed += status === 0 ? results.numFailedTests : Math.max(1, results.numFailedTests);
  }
  return total;
}

function readResults(project) {
  try {
    return JSON.parse(readFileSync(resultsOf(project), 'utf8'));
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 };
  }
}

/** A project's folder by its name in Nx. */
function folderOf(projectName) {
  return projectName === 'workspace' ? 'scripts' : projectName.replace('@etude/', 'packages/');
}
