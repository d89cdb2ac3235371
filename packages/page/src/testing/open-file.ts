import type { Browser, Page } from 'playwright-core';

interface Opened {
  readonly page: Page;
  /** what the page logged or threw, and what it asked the network for */
  readonly complaints: readonly string[];
}

/** Opens a file as somebody would who clicks on it. */
export async function openFile(
  browser: Browser,
  file: string,
  { width = 1600, theme = 'light' }: { width?: number; theme?: 'light' | 'dark' } = {},
): Promise<Opened> {
  const context = await browser.newContext({
    ...{ viewport: { width, height: 900 }, colorScheme: theme, locale: 'en-US' },
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`thrown: ${error.message}`));
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && request.url() !== `file://${file}`)
      complaints.push(`request: ${request.url()}`);
  });
  await page.goto(`file://${file}`);
  await page.waitForSelector('#songs canvas');
  return { page, complaints };
}
