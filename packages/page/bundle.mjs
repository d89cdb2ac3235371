// What runs in the page, as texts that page-html.ts puts into it: the page, and the synthesizer, which is a worker of its own.
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { rolldown } from 'rolldown';

async function script(input, format) {
  const bundle = await rolldown({
    input,
    platform: 'browser',
    // Of packages that the page shares with Node, what needs Node is left out.
    external: [/^node:/],
    resolve: { conditionNames: ['@etude/source', 'browser', 'import', 'default'] },
    // What libraries do for their developers alone is left out.
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
  });
  const { output } = await bundle.generate({ format, minify: true });
  const [{ code, imports }] = output;
  if (output.length > 1 || imports.length > 0) {
    throw new Error(
      `expected ${input} to become one file that imports nothing, found ${[...output.slice(1).map(({ fileName }) => fileName), ...imports]}`,
    );
  }
  return code;
}

const style = (
  await Promise.all(
    ['../../node_modules/uplot/dist/uPlot.min.css', 'src/browser/style.css'].map((path) =>
      readFile(new URL(path, import.meta.url), 'utf8'),
    ),
  )
).join('\n');
const assets = {
  pageScript: await script('src/browser/main.tsx', 'esm'),
  synthScript: await script('src/browser/player/synth-worker.ts', 'iife'),
  style,
};
const text = Object.entries(assets).map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};\n`);
await writeFile(new URL('dist/assets.js', import.meta.url), text.join(''));
// What a page is made of beside its data, so that one that an earlier version wrote is known.
const frame = await readFile(new URL('dist/page-html.js', import.meta.url));
const digest = createHash('sha256').update(text.join('')).update(frame).digest('hex');
await writeFile(
  new URL('dist/program-key.js', import.meta.url),
  `export const programKey = '${digest.slice(0, 16)}';\n`,
);
