import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** What axe finds wrong with a page for people who do not see or point. */
export async function violationsOf(page: Page): Promise<string[]> {
  await page.addScriptTag({ content: axe.source });
  return page.evaluate(async () => {
    const { violations } = await (window as unknown as { axe: typeof axe }).axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  });
}
