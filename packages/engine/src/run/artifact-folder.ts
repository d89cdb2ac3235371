import { existsSync, lstatSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Artifact } from '../cache/stage-cache.js';
import { writeWhole } from '../files/whole-file.js';
import { digestOf } from '../plan/fingerprint.js';
import { StageError } from '../problem.js';

interface Publishing {
  /** what the last run left in the folder */
  readonly before: readonly Artifact[];
  readonly bytesOf: (artifact: Artifact) => Promise<Uint8Array>;
  readonly warn: (message: string) => void;
}

/**
 * Brings a stage's folder to hold exactly these artifacts: a file that is right is left alone, one that is missing or
 * different is written aside and renamed, one that the last run left and this one does not have is removed. Files that
 * Etude did not write stay.
 */
export async function publish(
  folder: string,
  artifacts: readonly Artifact[],
  { before, bytesOf, warn }: Publishing,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const artifact of artifacts) {
    const { path, digest } = artifact;
    const target = join(folder, path);
    await makeWay(target, warn);
    if (existsSync(target)) {
      const found = digestOf(await readFile(target));
      if (found === digest) continue;
      const unchangedSince = before.find((artifact) => artifact.path === path)?.digest;
      if (unchangedSince === digest) warn(`${target} is not what was written there; it is replaced from the cache`);
    }
    await writeWhole(target, await bytesOf(artifact));
  }
  for (const { path } of before) {
    if (!artifacts.some((artifact) => artifact.path === path)) await removeFile(join(folder, path));
  }
}

/**
 * Sees to it that a file can be written to a path, and nowhere else: a link is removed, since what it leads to may be anybody's.
 * @throws {StageError} where something stands there that is no file
 */
async function makeWay(path: string, warn: (message: string) => void = () => {}): Promise<void> {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there?.isSymbolicLink()) {
    warn(`${path} is a symbolic link; a file takes its place`);
    await rm(path);
  } else if (there !== undefined && !there.isFile()) {
    throw new StageError(`${path} is in the way of an artifact, and no file; remove it`);
  }
}

/**
 * Puts a file that is no artifact into an experiment's folder, as a whole or not at all.
 * @throws {StageError} where something stands there that is no file
 * @example
 * await writeBeside(artifactFolder(workspace, 'quick'), 'report.html', page);
 */
export async function writeBeside(folder: string, name: string, content: string | Uint8Array): Promise<void> {
  const path = join(folder, name);
  await makeWay(path);
  await writeWhole(path, content);
}

/** Removes a file or a link, and leaves a folder alone, which no stage wrote. */
async function removeFile(path: string): Promise<void> {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) await rm(path, { force: true });
}
