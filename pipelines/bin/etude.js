#!/usr/bin/env node
import { existsSync } from 'node:fs';
import * as module from 'node:module';
import { fileURLToPath } from 'node:url';

const dist = new URL('../dist/', import.meta.url);
const main = new URL('bundle/main.js', dist);
// Node 22 and later keep what they compiled.
/** @type {{ enableCompileCache?: (folder: string) => void }} */ (module).enableCompileCache?.(
  fileURLToPath(new URL('compiled/', dist)),
);
if (existsSync(main)) {
  await import(main.href);
} else {
  console.error('etude: not built yet; `npm run song` or `npx nx build pipelines` builds it');
  process.exitCode = 1;
}
