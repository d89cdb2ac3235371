// The package as two files: what the command line loads, without the libraries that npm installs beside it, and the workflows as a worker
// loads them. A worker that has to bundle them itself is ready ten seconds later.
import { createHash } from 'node:crypto';
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { build } from 'rolldown';

const { output } = await build({
  input: 'src/index.ts',
  platform: 'node',
  resolve: { conditionNames: ['@etude/source', 'node', 'import', 'default'] },
  external: [/^@temporalio\//, /^@aws-sdk\//, 'fflate'],
  output: { dir: 'dist', format: 'esm', cleanDir: true, sourcemap: true },
});

const here = fileURLToPath(new URL('.', import.meta.url));
const { code } = await bundleWorkflowCode({
  workflowsPath: join(here, 'src', 'workflows', 'index.ts'),
  logger: new DefaultLogger('WARN'),
});
writeFileSync('dist/workflows.js', withRelativeSources(code));

// What pip is given, beside what gives it (src/servers/moto.ts).
copyFileSync('src/servers/moto-requirements.txt', 'dist/moto-requirements.txt');

// What it was built from: the command line builds it again once that has changed (pipelines/cli/optional-cluster.ts).
const workflows = readdirSync('src/workflows').map((name) => join(here, 'src', 'workflows', name));
const modules = output[0].moduleIds.filter((id) => !id.startsWith('\0'));
const sources = [...modules, ...workflows, join(here, 'build.mjs'), join(here, 'package-lock.json')];
const digests = sources.map((file) => [
  relative(here, file),
  createHash('sha256').update(readFileSync(file)).digest('hex'),
]);
writeFileSync('dist/sources.json', JSON.stringify(Object.fromEntries(digests)));

/**
 * Its source map, for stack traces, without the folder of this machine and without the sources.
 * @param {string} bundle
 */
function withRelativeSources(bundle) {
  return bundle.replace(/(?<=sourceMappingURL=data:[^,]*;base64,)[\w+/=]+/, (encoded) => {
    /** @type {{ sources: string[], sourcesContent: unknown }} */
    const { sourcesContent: _, ...map } = JSON.parse(Buffer.from(encoded, 'base64').toString());
    const sources = map.sources.map((source) => source.replaceAll(here, '').replaceAll('\\', '/'));
    return Buffer.from(JSON.stringify({ ...map, sources })).toString('base64');
  });
}
