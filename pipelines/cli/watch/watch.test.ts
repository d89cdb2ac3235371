import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { hasBrowser, openBrowser } from '../../../vitest.browser.ts';
import { CliWorkspace } from '../../testing/cli-workspace.js';

interface Told {
  readonly status: string;
  readonly hasSongs: boolean;
  readonly curve: readonly { readonly step: number; readonly training?: number; readonly heldOut?: number }[];
  readonly stages: readonly { readonly name: string; readonly status: string }[];
}

/** A run that lasts for some seconds, and where it can be watched. */
async function watched(steps: number) {
  const workspace = new CliWorkspace();
  workspace.write('experiments/watched.yaml', `extends: tiny.yaml\ntrain: { steps: ${steps}, evaluateEvery: 100 }\n`);
  const { child, finished } = workspace.start(['run', 'experiments/watched.yaml', '--watch']);
  const address = await new Promise<string>((found) => {
    child.stderr!.on('data', (data) => {
      const [, url] = /watch it at (\S+)/.exec(String(data)) ?? [];
      if (url) found(url);
    });
  });
  return { workspace, finished, address };
}

/** All that one viewer is told until the end, or until somebody looks away. */
async function view(address: string, isEnough: (told: Told) => boolean = () => false): Promise<Told[]> {
  const response = await fetch(`${address}events`);
  const told: Told[] = [];
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const messages = text.split('\n\n');
    text = messages.pop()!;
    for (const message of messages) told.push(JSON.parse(message.replace(/^data: /, '')));
    if (told.length > 0 && isEnough(told.at(-1)!)) break;
  }
  return told;
}

describe('etude run --watch', () => {
  it('tells two viewers how the curve grows and that there are songs before it ends, and does not mind one that leaves', async () => {
    const { address, finished, workspace } = await watched(4000);
    const [all, some] = await Promise.all([view(address), view(address, ({ curve }) => curve.length > 2)]);
    expect(await finished).toMatchObject({ code: 0 });
    const steps = all.map(({ curve }) => curve.at(-1)?.step ?? 0);
    expect(new Set(steps).size).toBeGreaterThan(3);
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    expect(all.some(({ curve }) => curve.some(({ heldOut }) => heldOut !== undefined))).toBe(true);
    expect(all.some(({ status, hasSongs }) => status === 'running' && hasSongs)).toBe(true);
    expect(all.at(-1)).toMatchObject({ status: 'done' });
    expect(some.at(-1)).toMatchObject({ status: 'running' });
    expect(workspace.read('artifacts/watched/report.html')).toContain('watched');
  });

  it('answers nobody who asks under another name or for another page, and stops for none of these', async () => {
    const { address, finished } = await watched(3000);
    const { port } = new URL(address);
    const ask = (path: string, method: string, headers: Record<string, string>) =>
      new Promise<number>((answered) => {
        request({ port, path, method, headers, host: '127.0.0.1' }, (response) => {
          response.resume();
          answered(response.statusCode!);
        }).end();
      });
    expect(await ask('/', 'GET', { host: `evil.example:${port}` })).toBe(403);
    expect(await ask('/', 'GET', { host: `127.0.0.1:${port}` })).toBe(200);
    expect(await ask('/', 'GET', { host: `localhost:${port}` })).toBe(200);
    expect(await ask('/stop', 'POST', { host: `127.0.0.1:${port}` })).toBe(403);
    expect(await ask('/stop', 'POST', { host: `127.0.0.1:${port}`, origin: 'http://evil.example' })).toBe(403);
    expect(await ask('/../../package.json', 'GET', { host: `127.0.0.1:${port}` })).toBe(404);
    expect(await ask('/train/%2e%2e%2frun.json', 'GET', { host: `127.0.0.1:${port}` })).toBe(404);
    expect(await finished).toMatchObject({ code: 0 });
  });

  it('stops for a viewer who says so, and the same command goes on', async () => {
    const { address, finished, workspace } = await watched(12_000);
    await view(address, ({ curve }) => curve.length > 20);
    const origin = address.replace(/\/$/, '');
    expect((await fetch(`${address}stop`, { method: 'POST', headers: { origin } })).status).toBe(204);
    expect(await finished).toMatchObject({ code: 130 });
    const { stdout } = await workspace.etude('run', 'experiments/watched.yaml', '--set', 'train.steps=12001');
    expect(stdout).toMatch(/going on from step \d+/);
  });

  it.skipIf(!hasBrowser)('shows it all in a browser, and ends with the page of the experiment', async () => {
    const browser = await openBrowser();
    try {
      const { address, finished } = await watched(6000);
      const page = await (await browser.newContext({ locale: 'en-US' })).newPage();
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(address);
      await page.locator('.stages .running').filter({ hasText: 'train' }).waitFor();
      await page.locator('#learning canvas').waitFor();
      await page.locator('#songs canvas').first().waitFor();
      await page.waitForURL(/report\.html$/);
      expect(await page.locator('h1').textContent()).toBe('watched');
      expect(await page.locator('#measures tbody tr').count()).toBeGreaterThan(5);
      expect(complaints).toEqual([]);
      expect(await finished).toMatchObject({ code: 0 });
    } finally {
      await browser.close();
    }
  });
});
