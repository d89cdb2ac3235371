import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from './fingerprint.js';
import type { Artifact } from './stage-cache.js';
import { writeWhole } from './whole-file.js';

/**
 * Brings a stage's folder to hold exactly these artifacts: a file that is right is left alone, one that is missing or
 * different is written aside and renamed, one that the last run left and this one does not have is removed. Files that
 * Etude did not write stay.
 */
export async function publish(
  folder: string,
  artifacts: readonly Artifact[],
  before: readonly Artifact[],
  bytesOf: (artifact: Artifact) => Promise<Uint8Array>,
  warn: (message: string) => void,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const artifact of artifacts) {
    const { path, digest } = artifact;
    const target = join(folder, path);
    if (existsSync(target)) {
      const found = digestOf(await readFile(target));
      if (found === digest) continue;
      const unchangedSince = before.find((artifact) => artifact.path === path)?.digest;
      if (unchangedSince === digest) warn(`${target} is not what was written there; it is replaced from the cache`);
    }
    await writeWhole(target, await bytesOf(artifact));
  }
  for (const { path } of before) {
    if (!artifacts.some((artifact) => artifact.path === path)) await rm(join(folder, path), { force: true });
  }
}
