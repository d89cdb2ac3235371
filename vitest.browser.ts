import { type Browser, chromium, type LaunchOptions } from 'playwright-core';
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** how the one that scripts/setup/browser.mjs found is started */
    browser: LaunchOptions | null;
  }
}

/** Whether this machine has a browser for tests. */
export const hasBrowser: boolean = inject('browser') !== null;

/** A browser without windows, in which pages may sound. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch(inject('browser')!);
}
