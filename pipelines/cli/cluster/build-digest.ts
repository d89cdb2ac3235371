import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUNDLE } from '../../shipped.js';
import type { ClusterModule } from '../optional-cluster.js';

/**
 * Twelve digits that are the same for the same program, wherever it is installed.
 * @param cluster where the package for clusters is
 */
export function buildDigest({ FOLDER: cluster }: Pick<ClusterModule, 'FOLDER'>): string {
  const hash = createHash('sha256');
  for (const folder of [BUNDLE, cluster]) {
    for (const name of readdirSync(folder).sort()) {
      if (!name.endsWith('.js')) continue;
      // Source maps depend on the folder that they were made in.
      const code = readFileSync(join(folder, name), 'utf8').replace(/^\/\/# sourceMappingURL=.*/gm, '');
      hash.update(name).update('\0').update(code);
    }
  }
  return hash.digest('hex').slice(0, 12);
}
