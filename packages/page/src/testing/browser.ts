import { type Browser, chromium, type Page } from 'playwright-core';
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** where scripts/setup/browser.mjs found one */
    browser: { readonly executable: string; readonly libraries?: string } | null;
  }
}

/** Whether this machine has a browser for tests. */
export const hasBrowser: boolean = inject('browser') !== null;

/** A browser without windows, in which pages may sound. */
export function openBrowser(): Promise<Browser> {
  const { executable, libraries } = inject('browser')!;
  const { LD_LIBRARY_PATH: others } = process.env;
  const path = [libraries, others].filter(Boolean).join(':');
  return chromium.launch({
    executablePath: executable,
    env: { ...(process.env as Record<string, string>), ...(path && { LD_LIBRARY_PATH: path }) },
    args: ['--no-sandbox', '--disable-gpu', '--no-zygote'],
  });
}

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
