import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { afterEach, expect, it, vi } from 'vitest';
import { parseS3Location } from './s3-location.js';
import { s3Store } from './s3-store.js';
import { freePort } from './servers/server-process.js';
import { hasGo } from './servers/versitygw.js';
import { useCredentials } from './testing/credentials.js';
import { clusterUp } from './up.js';

const go = await hasGo();
const INSTALL_MS = 900_000;
const newFolder = () => mkdtempSync(join(tmpdir(), 'etude-cluster-'));
const IS_UP = /Ctrl-C ends it/;

afterEach(() => {
  vi.unstubAllEnvs();
});

/** A cluster of this process; `stop` ends it. */
async function up(folder: string): Promise<{ lines: string[]; stop: () => Promise<void> }> {
  const stopped = new AbortController();
  const lines: string[] = [];
  const work = clusterUp({ folder, say: (line) => lines.push(line), signal: stopped.signal });
  let failed: unknown;
  work.catch((error) => {
    failed = error;
  });
  while (!lines.some((line) => IS_UP.test(line))) {
    if (failed !== undefined) throw failed;
    await sleep(50);
  }
  const stop = async () => {
    stopped.abort();
    await work;
  };
  return { lines, stop };
}

/** What another terminal finds in the folder. */
function found(folder: string): { address: string; store: string; credentials: Record<string, string> } {
  const [, address = '', store = ''] = /^temporal: (\S+)\nstore: (\S+)\n$/.exec(
    readFileSync(join(folder, 'cluster.yaml'), 'utf8'),
  )!;
  const exported = readFileSync(join(folder, 'credentials.sh'), 'utf8').matchAll(/^export (\w+)=(\S+)$/gm);
  return { address, store, credentials: Object.fromEntries([...exported].map(([, name, value]) => [name, value])) };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

const portsOf = (folder: string) => {
  const { address, store } = found(folder);
  return [address, store].map((text) => Number(/\d+$/.exec(text)![0]));
};

it('a cluster comes up again with the same ports, credentials, workflows and objects', {
  timeout: INSTALL_MS,
}, async () => {
  const folder = newFolder();
  // Others may use the usual ones.
  const [temporal, s3] = [await freePort(), await freePort()];
  const file = `temporal: 127.0.0.1:${temporal}\nstore: s3://etude?endpoint=http://127.0.0.1:${s3}\n`;
  writeFileSync(join(folder, 'cluster.yaml'), file);
  const first = await up(folder);
  expect(first.lines).toContain(`  export ETUDE_CLUSTER=${join(folder, 'cluster.yaml')}`);
  expect(first.lines).toContain(`  . ${join(folder, 'credentials.sh')}`);
  expect(first.lines.some((line) => line.includes('kept in memory'))).toBe(!go);
  expect(statSync(join(folder, 'credentials.sh')).mode & 0o777).toBe(0o600);
  const { address, store, credentials } = found(folder);
  expect(readFileSync(join(folder, 'cluster.yaml'), 'utf8')).toBe(file);
  expect(first.lines.join('\n')).not.toContain(credentials.AWS_SECRET_ACCESS_KEY);

  useCredentials(credentials);
  const objects = s3Store(parseS3Location(store));
  await objects.put('cas/abc', new Uint8Array([7]));
  const client = new Client({ connection: await Connection.connect({ address }) });
  await client.workflow.start('echo', { workflowId: 'kept', taskQueue: 'nobody', args: ['x'] });
  await client.connection.close();
  await expect(clusterUp({ folder, say: () => {}, signal: new AbortController().signal })).rejects.toThrow(
    /is up already: process \d+/,
  );
  await first.stop();
  expect(await Promise.all(portsOf(folder).map(listens))).toEqual([false, false]);

  const second = await up(folder);
  try {
    expect(found(folder)).toEqual({ address, store, credentials });
    const again = new Client({ connection: await Connection.connect({ address }) });
    expect((await again.workflow.getHandle('kept').describe()).status.name).toBe('RUNNING');
    await again.connection.close();
    if (go) expect([...(await objects.get('cas/abc'))!]).toEqual([7]);
  } finally {
    await second.stop();
  }
});

it('no server outlives the process that started it, even where that is killed', { timeout: INSTALL_MS }, async () => {
  const folder = newFolder();
  const module = new URL('../dist/index.js', import.meta.url).href;
  const script = `const { clusterUp } = await import(${JSON.stringify(module)});
    await clusterUp({ folder: ${JSON.stringify(folder)}, say: console.log, signal: new AbortController().signal });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  for await (const chunk of child.stdout) {
    said += chunk;
    if (IS_UP.test(said)) break;
  }
  expect(await Promise.all(portsOf(folder).map(listens))).toEqual([true, true]);
  child.kill('SIGKILL');
  await vi.waitFor(async () => expect(await Promise.all(portsOf(folder).map(listens))).toEqual([false, false]), {
    timeout: 15_000,
  });
});

it('says what else listens on a port, and uses another', { timeout: INSTALL_MS }, async () => {
  const folder = newFolder();
  const first = newFolder();
  const other = await up(first);
  try {
    const [temporal, s3] = portsOf(first);
    writeFileSync(
      join(folder, 'cluster.yaml'),
      `temporal: 127.0.0.1:${temporal}\nstore: s3://etude?endpoint=http://127.0.0.1:${s3}\n`,
    );
    const { lines, stop } = await up(folder);
    await stop();
    expect(lines).toContain(`port ${temporal} of 127.0.0.1 is taken; using ${portsOf(folder)[0]}`);
  } finally {
    await other.stop();
  }
});
