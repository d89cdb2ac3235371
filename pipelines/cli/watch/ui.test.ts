import type { LiveRun, Overview, OverviewRow } from '@etude/page';
import { afterEach, describe, expect, it } from 'vitest';
import { hasBrowser, openBrowser } from '../../../vitest.browser.ts';
import { CliWorkspace } from '../../testing/cli-workspace.js';

const LONG = 1_000_000;
const served: ReturnType<CliWorkspace['start']>[] = [];
afterEach(async () => {
  for (const { child, finished } of served.splice(0)) {
    child.kill('SIGINT');
    await finished;
  }
});

/** A workspace whose experiments train for so many steps, served. */
async function ui(experiments: Readonly<Record<string, number>>) {
  const workspace = new CliWorkspace();
  for (const [name, steps] of Object.entries(experiments)) {
    const train = `{ steps: ${steps}, seed: ${name.length}, evaluateEvery: 100 }`;
    workspace.write(
      `experiments/${name}.yaml`,
      `extends: ${name.includes('/') ? '../' : ''}tiny.yaml\ntrain: ${train}\n`,
    );
  }
  const server = workspace.start(['ui']);
  served.push(server);
  const address = await new Promise<string>((found) => {
    server.child.stdout!.on('data', (data) => {
      const [, url] = /all experiments at (\S+);/.exec(String(data)) ?? [];
      if (url) found(url);
    });
  });
  const order = async (experiment: string, what: 'start' | 'stop') => {
    const origin = address.replace(/\/$/, '');
    const path = `runs/${encodeURIComponent(experiment)}/${what}`;
    return (await fetch(`${address}${path}`, { method: 'POST', headers: { origin } })).status;
  };
  return { workspace, address, order, ...server };
}

/** What is told at an address, once it is what one waits for. */
async function told<T>(address: string, isEnough: (news: T) => boolean): Promise<T> {
  const response = await fetch(address);
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const messages = text.split('\n\n');
    text = messages.pop()!;
    for (const message of messages) {
      const news = JSON.parse(message.replace(/^data: /, '')) as T;
      if (isEnough(news)) return news;
    }
  }
  throw new Error('it ended before that');
}
const overview = (address: string, isEnough: (rows: (name: string) => OverviewRow) => boolean) =>
  told<Overview>(`${address}events`, ({ experiments }) =>
    isEnough((name) => experiments.find(({ experiment }) => experiment === name)!),
  );

describe('etude ui', () => {
  it('runs two experiments at once, watches and stops them, and goes on with one', async () => {
    const { address, order, workspace } = await ui({ one: LONG, 'deep/other': LONG });
    await overview(address, (row) => row('one').status === 'never run' && row('deep/other').status === 'never run');
    expect(await order('one', 'start')).toBe(204);
    expect(await order('deep/other', 'start')).toBe(204);
    await overview(address, (row) => row('one').now?.name === 'train' && row('deep/other').now?.name === 'train');
    const run = await told<LiveRun>(`${address}runs/deep%2Fother/events`, ({ curve }) => curve.length > 20);
    expect(run).toMatchObject({ experiment: 'deep/other', status: 'running', canStop: true, canStart: false });
    await order('one', 'stop');
    await order('deep/other', 'stop');
    const ended = await overview(address, (row) => row('one').canStart && row('deep/other').canStart);
    expect(ended.experiments.map(({ experiment, status }) => [experiment, status])).toEqual([
      ['deep/other', 'stopped'],
      ['one', 'stopped'],
      ['tiny', 'never run'],
    ]);
    workspace.write('experiments/one.yaml', 'extends: tiny.yaml\ntrain: { steps: 100, seed: 3, evaluateEvery: 100 }\n');
    await order('one', 'start');
    const done = await overview(address, (row) => row('one').status === 'done');
    expect(done.experiments.find(({ experiment }) => experiment === 'one')!.last).toMatchObject({
      ...{ songs: 2, hasPage: true, heldOut: expect.any(Number) },
    });
    expect(await (await fetch(`${address}runs/one/report.html`)).text()).toContain('one');
    expect((await fetch(`${address}runs/one/render/song-1.mid`)).headers.get('content-type')).toBe('audio/midi');
    expect((await fetch(`${address}runs/one/render/..%2f..%2frun.json`)).status).toBe(404);
  });

  it('shows runs that others began, and what kept one from beginning', async () => {
    const { address, order, workspace } = await ui({ one: 100, wrong: 100 });
    workspace.write('artifacts/one-and-wrong.html', 'a comparison');
    workspace.write('experiments/wrong.yaml', 'extends: tiny.yaml\ntrain: { stebs: 100 }\n');
    await overview(address, (row) => row('wrong').canStart);
    await order('wrong', 'start');
    const { experiments } = await overview(address, (row) => row('wrong').problem !== undefined);
    expect(experiments.find(({ experiment }) => experiment === 'wrong')!.problem).toContain('stebs');
    workspace.write('experiments/one.yaml', `extends: tiny.yaml\ntrain: { steps: ${LONG} }\n`);
    const { child, finished } = workspace.start(['run', 'experiments/one.yaml']);
    const other = await overview(address, (row) => row('one').now?.name === 'train');
    expect(other.experiments.find(({ experiment }) => experiment === 'one')).toMatchObject({ canStop: false });
    child.kill('SIGKILL');
    await finished;
    await overview(address, (row) => row('one').status === 'stopped');
  });

  it('stops what was begun there when it ends', async () => {
    const { address, order, child, finished, workspace } = await ui({ one: LONG });
    await overview(address, (row) => row('one').canStart);
    await order('one', 'start');
    await overview(address, (row) => row('one').now?.name === 'train');
    child.kill('SIGINT');
    expect((await finished).code).toBe(0);
    expect(workspace.read('artifacts/one/events.jsonl')).toContain('"event":"ended","status":"interrupted"');
  });

  it('says where a port is taken', async () => {
    const { address, workspace } = await ui({});
    const { code, stderr } = await workspace.etude('ui', '--port', new URL(address).port);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^port \d+: another program listens there\n$/)]);
  });

  it.skipIf(!hasBrowser)('is used in a browser', async () => {
    const { address } = await ui({ one: 100, other: 200 });
    const browser = await openBrowser();
    try {
      const page = await (await browser.newContext({ locale: 'en-US' })).newPage();
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(address);
      for (const name of ['one', 'other']) {
        await page.getByRole('button', { name: `Run ${name}` }).click();
      }
      for (const name of ['one', 'other']) {
        await page.getByRole('link', { name, exact: true }).and(page.locator('[href$="report.html"]')).waitFor();
        await page.getByRole('checkbox', { name: `Compare ${name}` }).check();
      }
      await page.getByRole('button', { name: /Held-out loss/ }).click();
      await page.locator('th[aria-sort=ascending]').waitFor();
      await page.getByRole('link', { name: 'Compare 2 experiments' }).click();
      await page.locator('#listening').waitFor();
      await page.goBack();
      await page.getByRole('link', { name: 'one', exact: true }).click();
      expect(await page.locator('h1').textContent()).toBe('one');
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});
