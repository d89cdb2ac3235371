import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUNDLE } from '../../shipped.js';

/** Twelve digits that are the same for the same program, wherever it is installed. */
export function buildDigest(): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(BUNDLE).sort()) {
    if (name.endsWith('.js'))
      hash
        .update(name)
        .update('\0')
        .update(readFileSync(join(BUNDLE, name)));
  }
  return hash.digest('hex').slice(0, 12);
}
