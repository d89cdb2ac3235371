import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { parseS3Location } from './s3-location.js';
import { s3Store } from './s3-store.js';
import { type S3Server, startS3 } from './servers/s3-server.js';
import { useCredentials } from './testing/credentials.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const EXPERIMENT = `pipeline: song
extract-track: { source: prelude-bwv-846.mid }
train: { layers: 1, units: 8, steps: 4, batch: 4, window: 8, evaluateEvery: 2 }
sample: { songs: 1, length: 40 }
`;

let s3: S3Server;
beforeAll(async () => {
  s3 = await startS3({ folder: mkdtempSync(join(tmpdir(), 'etude-s3-')), say: console.error });
}, 900_000);
afterAll(() => s3?.stop());
afterEach(() => {
  vi.unstubAllEnvs();
});

function workspace(store: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'etude-credentials-'));
  mkdirSync(join(folder, 'experiments'));
  mkdirSync(join(folder, '.etude'));
  cpSync(join(root, 'data', 'prelude-bwv-846.mid'), join(folder, 'prelude-bwv-846.mid'));
  writeFileSync(join(folder, 'experiments', 'tiny.yaml'), EXPERIMENT);
  writeFileSync(join(folder, 'etude.yaml'), `cache:\n  store: ${store}\n  write: true\n`);
  return folder;
}

/** What the program prints. */
function etude(cwd: string, ...args: string[]): Promise<string> {
  const command = [join(root, 'pipelines', 'bin', 'etude.js'), ...args];
  return new Promise((resolve) =>
    execFile(process.execPath, command, { cwd, env: { ...process.env, NO_COLOR: '1' } }, (_, stdout, stderr) =>
      resolve(stdout + stderr),
    ),
  );
}

/** Everything below a folder that has one of some words in its name or in its bytes. */
function filesWith(folder: string, words: readonly string[]): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    const path = join(entry.parentPath, entry.name);
    const content = entry.isFile() ? readFileSync(path, 'latin1') : '';
    return words.some((word) => path.includes(word) || content.includes(word)) ? [path] : [];
  });
}

it('credentials of the store are in no log, artifact, record or object', async () => {
  useCredentials(s3.credentials);
  const words = Object.values(s3.credentials);
  const [one, two] = [workspace(s3.url), workspace(s3.url)];
  const printed = [
    await etude(one, 'run', 'experiments/tiny.yaml', '--jobs', '2'),
    await etude(two, 'run', 'experiments/tiny.yaml', '--json'),
    await etude(two, 'explain', 'experiments/tiny.yaml', '--json'),
    await etude(two, 'cache', 'push', '--json'),
    await etude(two, 'cache', 'verify', '--store', '--json'),
    await etude(two, 'cache', 'audit', '--sample', '2', '--json'),
  ];
  expect(printed[0]).toMatch(/^● train .* ran/m);
  expect(printed[1]).toContain('from the shared cache');
  expect(printed[4]).toContain('"damaged": []');
  expect(printed[5]).toContain('"compared": 2');

  // A store that refuses, with what it says then, and a stage that fails.
  const wrong = workspace(s3.url.replace('etude?', 'elsewhere?'));
  printed.push(await etude(wrong, 'run', 'experiments/tiny.yaml', '--set', 'sample.length=1'));
  expect(printed.at(-1)).toContain('has no bucket "elsewhere"');
  printed.push(await etude(wrong, 'cache', 'push'));
  expect(printed.at(-1)).toContain('has no bucket "elsewhere"');

  for (const text of printed) for (const word of words) expect(text).not.toContain(word);
  // A run that finds everything leaves no log.
  expect(readdirSync(join(one, 'artifacts', 'tiny'))).toContain('events.jsonl');
  for (const folder of [one, two, wrong]) {
    expect(readdirSync(join(folder, 'artifacts', 'tiny'))).toContain('run.json');
    expect(filesWith(folder, words)).toEqual([]);
  }
  const store = s3Store(parseS3Location(s3.url));
  let objects = 0;
  for await (const { key } of store.list('')) {
    const content = Buffer.from((await store.get(key))!).toString('latin1');
    for (const word of words) expect(key + content).not.toContain(word);
    objects++;
  }
  expect(objects).toBeGreaterThan(20);
}, 300_000);
