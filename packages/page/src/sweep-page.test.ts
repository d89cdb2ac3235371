import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, openBrowser } from '../../../vitest.browser.ts';
import { openFile } from './testing/open-file.js';
import { comparisonOf, smallExperiment } from './testing/small-page.js';
import { violationsOf } from './testing/violations.js';

describe.skipIf(!hasBrowser)('the page of a sweep', () => {
  const folder = mkdtempSync(join(tmpdir(), 'etude-page-'));
  const file = join(folder, 'sweep.html');
  let browser: Browser;

  beforeAll(async () => {
    const values = [
      { 'train.units': 64, 'train.from': null },
      { 'train.units': 128, 'train.from': 'tunes' },
      { 'train.units': 1024, 'train.from': 'tunes' },
    ];
    const points = values.map((each, index) => ({
      ...{ point: `units-${each['train.units']}`, values: each },
      measures: { validation: 2 + index / 10, notes: index === 0 ? undefined : 100 / index },
    }));
    const experiment = smallExperiment();
    writeFileSync(file, await comparisonOf(experiment, experiment, { name: 'sizes', by: 'validation', points }));
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  it('plots each parameter against a measure, which can be chosen', async () => {
    const { page, complaints } = await openFile(browser, file);
    const sweep = page.locator('#sweep');
    expect(await sweep.locator('figcaption').allTextContents()).toEqual(['train.units logarithmic', 'train.from ']);
    const labels = () => sweep.locator('svg').evaluateAll((all) => all.map((svg) => svg.getAttribute('aria-label')));
    expect(await labels()).toEqual([
      'validation by train.units: lowest, 2.000, at 64',
      'validation by train.from: lowest, 2.000, at null',
    ]);
    expect(await sweep.locator('circle.dot title').first().textContent()).toBe('units-64: 2.000');
    expect(await sweep.locator('circle.dot').count()).toBe(6);
    await sweep.getByLabel('Measure').selectOption('notes');
    expect(await labels()).toEqual([
      'notes by train.units: lowest, 50.0, at 1024',
      'notes by train.from: lowest, 50.0, at tunes',
    ]);
    // The point without that measure has no dot.
    expect(await sweep.locator('circle.dot').count()).toBe(4);
    expect(await sweep.textContent()).toContain('neither low nor high is better');
    expect(await page.locator('main').textContent()).toContain('What follows is of the first 2 points by validation.');
    expect(complaints).toEqual([]);
    await page.close();
  });

  it.each([
    [1600, 'light'],
    [400, 'dark'],
  ] as const)('can be used by everybody, %i pixels wide, %s', async (width, theme) => {
    const { page } = await openFile(browser, file, { width, theme });
    expect(await violationsOf(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await page.close();
  });
});
