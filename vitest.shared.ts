import { defineConfig } from 'vitest/config';

// Tests run on the sources of every package: the condition leads an import of @etude/x to x/src.
export default defineConfig({
  resolve: { conditions: ['@etude/source'] },
  ssr: { resolve: { conditions: ['@etude/source'] } },
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    passWithNoTests: false,
    testTimeout: 60_000,
    pool: 'forks',
    reporters: ['default', ['json', { outputFile: '.vitest/results.json' }]],
  },
});
