// The package as two files: what the command line loads, without the libraries that npm installs beside it, and the workflows as a worker
// loads them. A worker that has to bundle them itself is ready ten seconds later.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { build } from 'rolldown';

await build({
  input: 'src/index.ts',
  platform: 'node',
  resolve: { conditionNames: ['@etude/source', 'node', 'import', 'default'] },
  external: [/^@temporalio\//, /^@aws-sdk\//, 'fflate'],
  output: { dir: 'dist', format: 'esm', cleanDir: true, sourcemap: true },
});

const { code } = await bundleWorkflowCode({
  workflowsPath: fileURLToPath(new URL('src/workflows/index.ts', import.meta.url)),
  logger: new DefaultLogger('WARN'),
});
mkdirSync('dist', { recursive: true });
writeFileSync('dist/workflows.js', code);
