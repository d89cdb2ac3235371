import { type Browser, chromium } from 'playwright-core';
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
