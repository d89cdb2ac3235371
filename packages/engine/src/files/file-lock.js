// Plain JavaScript on purpose: set-up takes this lock before there is a compiler to build TypeScript with.
import { randomUUID } from 'node:crypto';
import { link, lstat, mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stateOf, temporaryName, thisProcess, writerOf } from './process-identity.js';

/**
 * @typedef {import('./process-identity.js').ProcessIdentity & { token: string, since: number }} LockOwner `token` names
 *   this one acquisition, which began at `since` (Date.now())
 * @typedef {{ onWait?: (holder: string) => void, signal?: AbortSignal | undefined }} LockOptions `onWait` is told once who holds
 *   the lock: "process 12 on host box (lock file .etude/setup.lock)"; `signal` ends the waiting with its reason
 */

/** How often a waiting process looks again, in milliseconds. */
const POLL_MS = 100;
/** How often the owner of a lock shows that it is alive, for those that cannot see its process (milliseconds). */
const HEARTBEAT_MS = 10_000;
/** A lock of elsewhere is a dead one when it has not been touched for as long. */
const ELSEWHERE_IS_DEAD_MS = 60_000;
/** A lock without a readable owner was left by a full disk or a power cut, or is being written where there are no links. */
const UNREADABLE_IS_DEAD_MS = 5000;
const TOKEN = /^[0-9a-f-]{12,36}$/;
/** File systems without hard links. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/**
 * Runs `work` while this process alone holds the lock file `path`; waits while a living process holds it.
 *
 * A lock whose owner died (kill -9, power cut) is taken over at once: the file names its owner's process and start time. The
 * owner's process cannot be seen from another machine or another container; there the lock is taken over when its owner
 * has not touched it for a minute.
 *
 * @template T
 * @param {string} path lock file; its folder is made when missing
 * @param {() => Promise<T>} work
 * @param {LockOptions} [options]
 * @returns {Promise<T>}
 */
export async function withFileLock(path, work, options = {}) {
  await mkdir(dirname(path), { recursive: true });
  const owner = newOwner();
  await acquire(path, owner, options);
  const heartbeat = setInterval(() => touch(path, owner), HEARTBEAT_MS);
  heartbeat.unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    await release(path, owner);
  }
}

/**
 * @param {string} path
 * @param {LockOwner} owner
 * @param {LockOptions} options
 */
async function acquire(path, owner, { onWait, signal }) {
  const own = new Claim(path, owner);
  try {
    await own.write();
    for (let waited = false; ; ) {
      signal?.throwIfAborted();
      if (await own.putInPlace()) return;
      const holder = await readOwner(path);
      if (await own.findsDead(path, holder)) {
        await takeAway(path, holder, own);
        continue;
      }
      if (!waited) onWait?.(describe(path, holder));
      waited = true;
      await sleep(POLL_MS);
    }
  } finally {
    await own.remove();
  }
}

/** A file beside the lock that names who wants it, to be linked to the lock's name: so the lock is there whole or not at all. */
class Claim {
  /**
   * @param {string} path
   * @param {LockOwner} owner
   */
  constructor(path, owner) {
    this.path = path;
    this.owner = owner;
    this.file = temporaryName(path);
  }

  write() {
    return writeFile(this.file, JSON.stringify(this.owner));
  }

  remove() {
    return rm(this.file, { force: true });
  }

  /** Makes the claim the lock, unless there is one. */
  async putInPlace() {
    try {
      await link(this.file, this.path);
      return true;
    } catch (error) {
      const { code = '' } = /** @type {NodeJS.ErrnoException} */ (error);
      // Over NFS the answer to a link that was made can get lost.
      if (code === 'EEXIST') return (await readOwner(this.path))?.token === this.owner.token;
      if (!NO_LINKS.has(code)) throw error;
    }
    try {
      await writeFile(this.path, JSON.stringify(this.owner), { flag: 'wx' });
      return true;
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
      throw error;
    }
  }

  /**
   * Whether a lock counts no longer.
   * @param {string} path
   * @param {LockOwner | undefined} holder
   */
  async findsDead(path, holder) {
    const state = holder && stateOf(holder);
    if (state === 'running' || state === 'dead') return state === 'dead';
    // The claim is written again for the time on the clock of the file system, which may be another machine's.
    await this.write();
    const [now, touched] = await Promise.all([modifiedAt(this.file), modifiedAt(path)]);
    if (now === undefined || touched === undefined) return false;
    return Math.abs(now - touched) > (holder ? ELSEWHERE_IS_DEAD_MS : UNREADABLE_IS_DEAD_MS);
  }
}

/**
 * Removes a dead lock. Of several processes that find it dead one at a time looks again and removes it, else the slower would
 * remove the lock that the faster has just acquired. That is a lock as well, named after the dead one.
 * @param {string} path
 * @param {LockOwner | undefined} dead
 * @param {Claim} own
 */
function takeAway(path, dead, own) {
  return withFileLock(`${path}.${dead?.token ?? 'unreadable'}`, async () => {
    const current = await readOwner(path);
    if (current?.token !== dead?.token || !(await own.findsDead(path, current))) return;
    await rm(path, { force: true, recursive: true });
  });
}

/**
 * @param {string} path
 * @param {LockOwner | undefined} holder
 */
function describe(path, holder) {
  if (holder === undefined) return `an unknown process (lock file ${path})`;
  const elsewhere = stateOf(holder) === 'elsewhere' ? ', another machine or container' : '';
  return `process ${holder.pid} on host ${holder.host}${elsewhere} (lock file ${path})`;
}

/**
 * @param {string} path
 * @param {LockOwner} owner
 */
async function release(path, owner) {
  if ((await readOwner(path))?.token === owner.token) await rm(path, { force: true });
}

/**
 * Writes the first byte of the lock again, which sets the time of its last change.
 * @param {string} path
 * @param {LockOwner} owner
 */
async function touch(path, owner) {
  if ((await readOwner(path))?.token !== owner.token) return;
  const file = await open(path, 'r+').catch(() => undefined);
  await file?.write('{', 0).catch(() => {});
  await file?.close();
}

/** @param {string} path */
function modifiedAt(path) {
  return lstat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
}

/**
 * Who holds a lock; undefined where there is none, or none that can be read.
 * @param {string} path
 * @returns {Promise<LockOwner | undefined>}
 */
async function readOwner(path) {
  try {
    if (!(await lstat(path)).isFile()) return undefined;
    const owner = JSON.parse(await readFile(path, 'utf8'));
    const valid =
      Number.isSafeInteger(owner.pid) && owner.pid > 0 && typeof owner.host === 'string' && TOKEN.test(owner.token);
    return valid ? owner : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The locks in a folder that somebody holds; dead ones are removed.
 * @param {string} folder
 * @returns {Promise<{ name: string, owner: LockOwner }[]>}
 */
export async function locksIn(folder) {
  const held = [];
  for (const name of await readdir(folder).catch(() => [])) {
    if (writerOf(name) !== undefined) continue;
    const path = join(folder, name);
    const own = new Claim(path, newOwner());
    try {
      const owner = await readOwner(path);
      if (await own.findsDead(path, owner)) await takeAway(path, owner, own);
      else if (owner !== undefined) held.push({ name, owner });
    } finally {
      await own.remove();
    }
  }
  return held;
}

/** @returns {LockOwner} */
function newOwner() {
  return { ...thisProcess(), token: randomUUID().slice(-12), since: Date.now() };
}
