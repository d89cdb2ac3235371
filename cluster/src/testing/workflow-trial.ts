import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll } from 'vitest';
import type { Brain } from '../activities.js';
import { startTemporal, type TemporalServer } from '../servers/temporal-server.js';

/** As it is built, with the workflows in a file of their own. */
const { ClusterClient, runWorker }: typeof import('../index.js') = await import(
  new URL('../../dist/index.js', import.meta.url).href
);

/** A server for the tests of a file, on which runs `run0`, `run1`, … of the build `b` have what a test says done for them. */
export function useWorkflows() {
  const folder = mkdtempSync(join(tmpdir(), 'etude-workflows-'));
  let server: TemporalServer;
  beforeAll(async () => {
    server = await startTemporal({ folder });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    /** @returns how the runs ended */
    async run(brain: Brain, runs: number): Promise<unknown[]> {
      const temporal = { address: server.address, namespace: 'default' };
      const stop = new AbortController();
      const { signal } = stop;
      const running = runWorker({
        ...{ temporal, build: 'b', kind: 'k', jobs: 2, signal, brain, heartbeatSeconds: 15 },
        say() {},
      });
      const client = await ClusterClient.connect(temporal, 'b');
      const observer = { started() {}, progress() {}, trouble() {}, waiting() {}, leaving() {} };
      try {
        return await Promise.all(
          Array.from({ length: runs }, (_, index) =>
            client.run({
              ...{ name: `run${index}`, plan: `run${index}`, verify: false, isOld: false, kind: undefined },
              ...{ observer, signal, goesOn: () => true },
            }),
          ),
        );
      } finally {
        await client.close();
        stop.abort();
        await running;
      }
    },

    /** How many events the history of a workflow has. */
    async eventsOf(id: string): Promise<number> {
      const connection = await Connection.connect({ address: server.address });
      try {
        return (await new Client({ connection }).workflow.getHandle(id).fetchHistory()).events!.length;
      } finally {
        await connection.close();
      }
    },
  };
}
