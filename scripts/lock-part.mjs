/**
 * The part of a lock file that some packages need, for a folder of its own.
 * @param {{ lockfileVersion: number, packages: Record<string, any> }} lock of npm, version 3
 * @param {{ name: string, version: string, dependencies: Record<string, string> }} manifest of the folder
 * @throws {Error} where the lock file lacks one of them
 * @example
 * lockedWith(lock, { name: 'a', version: '1.0.0', dependencies: { zod: '^4' } }).packages; // { '': …, 'node_modules/zod': … }
 */
export function lockedWith({ lockfileVersion, packages }, manifest) {
  /** @type {Record<string, any>} */
  const kept = {};
  const take = (from, name, optional) => {
    const place = placeOf(packages, from, name);
    if (place === undefined) {
      if (optional) return;
      throw new Error(`package-lock.json does not have ${name}`);
    }
    if (kept[place] !== undefined) return;
    const { dev: _, devOptional: __, ...entry } = packages[place];
    kept[place] = entry;
    for (const each of Object.keys(entry.dependencies ?? {})) take(place, each, false);
    for (const each of Object.keys(entry.optionalDependencies ?? {})) take(place, each, true);
    for (const each of Object.keys(entry.peerDependencies ?? {})) take(place, each, true);
  };
  for (const name of Object.keys(manifest.dependencies)) take('', name, false);
  const { name, version, dependencies } = manifest;
  const sorted = Object.fromEntries(Object.entries(kept).sort(([a], [b]) => (a < b ? -1 : 1)));
  return {
    name,
    version,
    lockfileVersion,
    requires: true,
    packages: { '': { name, version, dependencies }, ...sorted },
  };
}

/** Where Node finds a package from another: in the nearest node_modules up. */
function placeOf(packages, from, name) {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1))) {
    const place = `${at === '' ? '' : `${at}/`}node_modules/${name}`;
    if (packages[place] !== undefined) return place;
    if (at === '') return undefined;
  }
}
