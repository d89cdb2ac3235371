import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTemporal, type TemporalServer } from '../servers/temporal-server.js';

const codePath = fileURLToPath(new URL('../../dist/workflows.js', import.meta.url));
let temporal: TemporalServer;
beforeAll(async () => {
  temporal = await startTemporal({ folder: mkdtempSync(join(tmpdir(), 'etude-temporal-')), say: console.error });
}, 600_000);
afterAll(() => temporal.stop());

it('a worker runs the workflows as they were bundled', async () => {
  const { address } = temporal;
  const startedAt = performance.now();
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({ connection, taskQueue: 'test', workflowBundle: { codePath } });
  const ready = performance.now() - startedAt;
  const client = new Client({ connection: await Connection.connect({ address }) });
  const result = await worker.runUntil(
    client.workflow.execute('echo', { taskQueue: 'test', workflowId: 'echo', args: ['hello'] }),
  );
  expect(result).toBe('hello');
  // Bundling them takes six seconds or more.
  expect(ready).toBeLessThan(5000);
  await client.connection.close();
  await connection.close();
});
