import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { freePort, plainEnvironment, startServer } from './server-process.js';

const serverWith = (script: string, answers: () => Promise<unknown>) => {
  const log = join(mkdtempSync(join(tmpdir(), 'etude-server-')), 'logs', 'server.log');
  const environment = plainEnvironment(process.env);
  const args = ['-e', script];
  return {
    log,
    started: startServer({ name: 'a server', command: process.execPath, args, environment, log, answers }),
  };
};

it('starts a server that gets no more of the environment than it needs, and stops it', async () => {
  process.env.AWS_SECRET_ACCESS_KEY = 'secret';
  const port = await freePort();
  const script = `console.log(Object.keys(process.env).join());
    require('http').createServer((_, answer) => answer.end('here')).listen(${port}, '127.0.0.1');`;
  const { log, started } = serverWith(script, () => fetch(`http://127.0.0.1:${port}`));
  const server = await started;
  delete process.env.AWS_SECRET_ACCESS_KEY;
  expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('here');
  expect(readFileSync(log, 'utf8')).toContain('PATH');
  expect(readFileSync(log, 'utf8')).not.toContain('AWS');
  await server.stop();
  await server.stop();
  await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow();
});

it('kills a server, as a crash would, and tells when one has ended', async () => {
  const port = await freePort();
  const script = `process.on('SIGTERM', () => {}); require('http').createServer().listen(${port}, '127.0.0.1')`;
  const endless = serverWith(script, () =>
    freePort(port).then(
      () => Promise.reject(),
      () => {},
    ),
  );
  const server = await endless.started;
  const startedAt = Date.now();
  await server.stop('kill');
  expect(Date.now() - startedAt).toBeLessThan(2000);
  expect(await freePort(port)).toBe(port);
  const brief = serverWith('setTimeout(() => {}, 300)', async () => {});
  await (await brief.started).ended;
});

it('says what a server printed that does not start', async () => {
  const { started } = serverWith('console.error("bind: address in use"); process.exit(3)', () => Promise.reject());
  await expect(started).rejects.toThrow(/^a server did not start: bind: address in use \(.*server\.log\)$/);
});

it('says which port is taken', async () => {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
  await expect(freePort(port)).rejects.toThrow(`port ${port} of 127.0.0.1 is taken`);
  server.close();
});
