import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, openBrowser } from '../../../vitest.browser.ts';
import { openFile } from './testing/open-file.js';
import { comparisonOf, pageOf, smallExperiment } from './testing/small-page.js';
import { violationsOf } from './testing/violations.js';

// The page is opened from the disk by a real browser, as its users do.
describe.skipIf(!hasBrowser)('the page of an experiment', () => {
  const folder = mkdtempSync(join(tmpdir(), 'etude-page-'));
  const file = join(folder, 'report.html');
  let browser: Browser;

  beforeAll(async () => {
    writeFileSync(file, await pageOf(smallExperiment()));
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  it('is heard part by part once somebody presses play, and not before', async () => {
    const { page, complaints } = await openFile(browser, file);
    const parts = await page.locator('.parts').first().locator('.name').allTextContents();
    expect(parts).toHaveLength(5);
    await page.waitForTimeout(300);
    expect(await levels(page)).toEqual([0, 0, 0, 0, 0]);
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    const loudest = [0, 0, 0, 0, 0];
    await until(async () => {
      for (const [part, level] of (await levels(page)).entries()) loudest[part] = Math.max(loudest[part]!, level);
      return Math.min(...loudest) > 0.001;
    });
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('lets one hear some parts and not others', async () => {
    const { page } = await openFile(browser, file);
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await until(async () => (await levels(page)).filter((level) => level > 0.001).length >= 2);
    await page.getByRole('button', { name: /^Solo/ }).first().click();
    await page.waitForTimeout(200);
    for (let time = 0; time < 10; time++) {
      expect((await levels(page)).slice(1)).toEqual([0, 0, 0, 0].map(() => expect.closeTo(0, 3)));
      await page.waitForTimeout(40);
    }
    await page.getByRole('button', { name: /^Mute/ }).first().click();
    await page.waitForTimeout(200);
    expect(Math.max(...(await levels(page)))).toBeLessThan(0.001);
    await page.close();
  });

  it('heeds who thinks better of playing, and opens one synthesizer alone', async () => {
    const { page } = await openFile(browser, file);
    await page.evaluate(() => {
      const { Worker: Own } = window;
      Object.assign(window, { opened: 0 });
      window.Worker = class extends Own {
        constructor(url: string | URL) {
          super(url);
          (window as unknown as { opened: number }).opened += 1;
        }
      };
    });
    const play = page.locator('button.play');
    await play.evaluate((button: HTMLButtonElement) => {
      button.click();
      setTimeout(() => button.click());
    });
    await page.waitForTimeout(1500);
    expect(await play.getAttribute('aria-label')).toBe('Play');
    expect(await clock(page)).toMatch(/^0:00/);
    for (let press = 0; press < 3; press++) await page.keyboard.press(' ');
    await until(async () => /^0:0[1-9]/.test(await clock(page)));
    expect(await page.evaluate(() => (window as unknown as { opened: number }).opened)).toBe(1);
    await page.close();
  });

  it('says where a browser never begins to sound', async () => {
    const { page } = await openFile(browser, file);
    await page.evaluate(() => {
      AudioContext.prototype.resume = () => new Promise(() => {});
    });
    await page.clock.install();
    await page.locator('button.play').click();
    await page.clock.fastForward(9000);
    await page.getByText('This browser cannot play: this machine seems to have no sound output').waitFor();
    await page.close();
  });

  it('tells where sections begin, which are varied, and what is unusual', async () => {
    const { page } = await openFile(browser, file);
    const happenings = await page.locator('.happenings li').allTextContents();
    expect(happenings).toEqual(expect.arrayContaining(['bar 1 section A', 'bar 2 section A again, varied']));
    await expect(page.getByText(/^Unusual for this music: .*copied/).count()).resolves.toBe(1);
    await page.close();
  });

  it('plays on from where somebody clicks, stops, and goes to the next song', async () => {
    const { page, complaints } = await openFile(browser, file);
    const roll = page.locator('.roll-frame').first();
    const { width, height } = (await roll.boundingBox())!;
    await roll.click({ position: { x: width / 2, y: height / 2 } });
    expect(await clock(page)).toMatch(/bar 5$/);
    await roll.press('ArrowRight');
    expect(await clock(page)).toMatch(/bar 6$/);
    await page.keyboard.press(' ');
    await until(async () => /bar 7/.test(await clock(page)));
    await page.keyboard.press(' ');
    const stopped = await clock(page);
    await page.waitForTimeout(400);
    expect(await clock(page)).toBe(stopped);
    await page.getByRole('button', { name: 'Next song' }).click();
    expect(await page.locator('h2').first().textContent()).toBe('Song 2');
    expect(await clock(page)).toMatch(/^0:00 .* bar 1$/);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('repeats what is selected in the ruler', async () => {
    const { page } = await openFile(browser, file);
    const { x, y, width } = (await page.locator('.roll-frame').first().boundingBox())!;
    await page.mouse.move(x + width / 4, y + 8);
    await page.mouse.down();
    await page.mouse.move(x + (3 * width) / 8, y + 8, { steps: 5 });
    await page.mouse.up();
    await page.getByRole('button', { name: /^Loop: bars 3 to 3/ }).waitFor();
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    const bars = new Set<string>();
    const end = Date.now() + 5000;
    while (Date.now() < end) {
      bars.add((await clock(page)).replace(/.*bar/, 'bar'));
      await page.waitForTimeout(100);
    }
    expect([...bars]).toEqual(['bar 3']);
    await page.close();
  });

  it('shows the same after it was moved as if it had been drawn there', async () => {
    const { page } = await openFile(browser, file);
    const roll = page.locator('.roll-frame').first();
    for (let time = 0; time < 3; time++) await page.getByRole('button', { name: 'Zoom in' }).first().click();
    const { x, y, width } = (await roll.boundingBox())!;
    for (const [from, to] of [
      [0.6, 0.2],
      [0.2, 0.5],
    ] as const) {
      await page.mouse.move(x + from * width, y + 100);
      await page.mouse.down();
      await page.mouse.move(x + to * width, y + 100, { steps: 12 });
      await page.mouse.up();
    }
    const picture = () => roll.evaluate((frame) => frame.querySelector('canvas')!.toDataURL());
    const moved = await picture();
    // Another theme and back draws all of it.
    await page.getByRole('button', { name: 'Dark' }).click();
    await page.getByRole('button', { name: 'Light' }).click();
    await page.waitForTimeout(100);
    const drawn = await picture();
    expect(drawn.length).toBeGreaterThan(1000);
    expect(await differingPixels(page, moved, drawn)).toBeLessThan(0.001);
    await page.close();
  });

  it('puts the source beside a song, and plays a copy where it comes from', async () => {
    const { page, complaints } = await openFile(browser, file);
    await page
      .locator('.happenings .copy')
      .getByRole('button', { name: /^Source, bar/ })
      .first()
      .click();
    await until(async () => Math.max(...(await levels(page))) > 0.001);
    expect(await page.locator('h2').nth(1).textContent()).toBe('Source');
    expect(await clock(page)).toMatch(/bar (9|1\d|2\d)$/);
    await page.getByRole('button', { name: 'Hear the song here' }).click();
    await until(async () => Math.max(...(await levels(page))) > 0.001);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it.each([
    ['light', 1600],
    ['dark', 1600],
    ['light', 400],
    ['dark', 400],
  ] as const)('can be used by everybody: %s, %i pixels wide', async (theme, width) => {
    const { page, complaints } = await openFile(browser, file, { theme, width });
    await page.locator('.beside select').selectOption({ label: 'Source' });
    for (const summary of await page.locator('details > summary').all()) await summary.click();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    expect(await violationsOf(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('changes its theme and remembers it', async () => {
    const { page } = await openFile(browser, file);
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await background();
    await page.getByRole('button', { name: 'Dark' }).click();
    expect(await background()).not.toBe(light);
    await page.reload();
    await page.waitForSelector('#songs canvas');
    expect(await background()).not.toBe(light);
    await page.close();
  });

  it('shows what a run said as text, whatever is in it', async () => {
    const { page } = await openFile(browser, file);
    await page.locator('.stages summary').click();
    expect(await page.locator('.stages').textContent()).toContain('</script> & <b>');
    expect(await page.locator('.stages').textContent()).toContain('Why: train.units: 64 → 128.');
    await page.close();
  });
});

describe.skipIf(!hasBrowser)('the page of several experiments', () => {
  const folder = mkdtempSync(join(tmpdir(), 'etude-page-'));
  const file = join(folder, 'comparison.html');
  let browser: Browser;

  beforeAll(async () => {
    const experiment = smallExperiment();
    const { kept, points } = experiment.curve;
    const other = { ...experiment, curve: { kept: { ...kept, validationLoss: 1.2 }, points: points.slice(1) } };
    writeFileSync(file, await comparisonOf(experiment, other));
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  it('lets somebody hear two songs without knowing whose they are, and keeps what they say', async () => {
    const { page, complaints } = await openFile(browser, file);
    const listening = page.locator('#listening');
    expect(await page.evaluate(() => window.scrollY)).toBe(0);
    expect(await listening.textContent()).not.toMatch(/one, Song|other, Song/);
    await listening.getByRole('button', { name: 'Hear A' }).click();
    await listening.getByRole('button', { name: 'Pause A' }).waitFor();
    await listening.getByRole('button', { name: 'Hear B' }).click();
    await listening.getByRole('button', { name: 'Pause B' }).waitFor();
    // The roll of another song does not move along.
    expect(await page.locator('.playhead').first().isVisible()).toBe(false);
    await listening.getByRole('button', { name: 'B is better' }).click();
    const better = /(one|other), Song \d$/.exec((await listening.locator('.pair .faint').nth(1).textContent())!)![1];
    expect(await listening.locator('.tally').textContent()).toContain(`${better}: 1 times better`);
    await page.reload();
    expect(await listening.locator('.tally').textContent()).toContain(`${better}: 1 times better`);
    const download = page.waitForEvent('download');
    await listening.getByRole('button', { name: 'Save 1 vote as CSV' }).click();
    expect(readFileSync((await (await download).path())!, 'utf8')).toMatch(
      /^at,experiment_a,song_a,experiment_b,song_b,better\r\n20.*,b\r\n$/,
    );
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('sorts by a measure, and shows which parameters differ', async () => {
    const { page } = await openFile(browser, file);
    const names = () => page.locator('#measures tbody th').allTextContents();
    const loss = page.locator('#measures').getByRole('button', { name: /Held-out loss/ });
    await loss.click();
    expect(await names()).toEqual(['other', 'one']);
    await loss.click();
    expect(await names()).toEqual(['one', 'other']);
    expect(await page.locator('#parameters tbody').textContent()).toBe('train.units64128');
    await page.close();
  });

  it.each([1600, 400])('can be used by everybody, %i pixels wide', async (width) => {
    const { page, complaints } = await openFile(browser, file, { width, theme: 'dark' });
    expect(await violationsOf(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    expect(complaints).toEqual([]);
    await page.close();
  });
});

/** How loud each part of the first piece on the page is. */
async function levels(page: Page): Promise<number[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('.level')].map(({ dataset }) => Number(dataset.level ?? 0)),
  );
}

/** The share of the pixels of two pictures that differ visibly. */
async function differingPixels(page: Page, a: string, b: string): Promise<number> {
  return page.evaluate(
    async (urls) => {
      const [first, second] = await Promise.all(
        urls.map(async (url) => {
          const image = new Image();
          image.src = url;
          await image.decode();
          const canvas = new OffscreenCanvas(image.width, image.height);
          const context = canvas.getContext('2d')!;
          context.drawImage(image, 0, 0);
          return context.getImageData(0, 0, image.width, image.height).data;
        }),
      );
      return first!.filter((value, i) => Math.abs(value - second![i]!) > 24).length / first!.length;
    },
    [a, b],
  );
}

async function clock(page: Page): Promise<string> {
  // It is drawn with the next frame.
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  return (await page.locator('.clock').textContent()) ?? '';
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 30_000;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error('it did not come true in 30 seconds');
    await new Promise((later) => setTimeout(later, 30));
  }
}
