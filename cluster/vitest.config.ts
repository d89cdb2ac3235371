import { defineConfig, mergeConfig } from 'vitest/config';
import shared from '../vitest.shared.ts';

// Each file starts servers and workers, whose signs of life must not wait for those of another file.
export default mergeConfig(shared, defineConfig({ test: { fileParallelism: false, testTimeout: 300_000 } }));
