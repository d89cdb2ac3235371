// Plain JavaScript on purpose: set-up takes this lock before there is a compiler to build TypeScript with.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, open, readFile, rm, rmdir, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * @typedef {object} LockOwner
 * @property {number} pid process id of the owner
 * @property {string} host host name of the owner's machine
 * @property {string | undefined} started start time of the process, where the system tells it (Linux)
 * @property {string} token names this one acquisition
 */

/** How often a waiting process looks again, in milliseconds. */
const POLL_MS = 100;
/** A lock without a readable owner is one being written, until it is this old (milliseconds). */
const UNREADABLE_IS_STALE_MS = 5000;

/**
 * Runs `work` while this process alone holds the lock file `path`; waits while a living process holds it.
 * A lock whose owner died (kill -9, power cut) is taken over at once: the owner's process id and start time
 * are in the file. A lock from another machine is never taken over, since its processes cannot be seen.
 *
 * @template T
 * @param {string} path lock file; its folder is made when missing
 * @param {() => Promise<T>} work
 * @param {{ onWait?: (owner: LockOwner | undefined) => void, signal?: AbortSignal | undefined }} [options]
 *   `onWait` is called once when somebody else holds the lock; `signal` ends the waiting with its reason
 * @returns {Promise<T>}
 */
export async function withFileLock(path, work, options = {}) {
  const owner = await acquire(path, options);
  try {
    return await work();
  } finally {
    const current = await readOwner(path);
    if (current?.token === owner.token) await rm(path, { force: true });
  }
}

/**
 * @param {string} path
 * @param {{ onWait?: (owner: LockOwner | undefined) => void, signal?: AbortSignal | undefined }} options
 */
async function acquire(path, { onWait, signal }) {
  await mkdir(dirname(path), { recursive: true });
  /** @type {LockOwner} */
  const owner = { pid: process.pid, host: hostname(), started: processStart(process.pid), token: randomUUID() };
  for (let waited = false; ; ) {
    signal?.throwIfAborted();
    if (await createLock(path, owner)) return owner;
    const holder = await readOwner(path);
    if (await isStale(path, holder)) {
      await takeAway(path, holder);
      continue;
    }
    if (!waited) onWait?.(holder);
    waited = true;
    await sleep(POLL_MS);
  }
}

/**
 * @param {string} path
 * @param {LockOwner} owner
 */
async function createLock(path, owner) {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(JSON.stringify(owner));
    await file.close();
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * @param {string} path
 * @returns {Promise<LockOwner | undefined>}
 */
async function readOwner(path) {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * @param {string} path
 * @param {LockOwner | undefined} holder
 */
async function isStale(path, holder) {
  if (holder === undefined) {
    const modified = await stat(path).then(
      (s) => s.mtimeMs,
      () => Date.now(),
    );
    return Date.now() - modified > UNREADABLE_IS_STALE_MS;
  }
  if (holder.host !== hostname()) return false;
  return !isAlive(holder.pid) || processStart(holder.pid) !== holder.started;
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

/**
 * Field 22 of /proc/PID/stat, the start time in clock ticks since boot: tells a process from a later one
 * that was given the same id (proc_pid_stat(5)).
 * @param {number} pid
 */
function processStart(pid) {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return line.slice(line.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/**
 * Removes a dead owner's lock. Only one process at a time may do so, else the slower of two would remove
 * the lock that the faster has just acquired.
 * @param {string} path
 * @param {LockOwner | undefined} dead
 */
async function takeAway(path, dead) {
  const guard = `${path}.takeover`;
  try {
    await mkdir(guard);
  } catch {
    const made = await stat(guard).then(
      (s) => s.mtimeMs,
      () => Date.now(),
    );
    if (Date.now() - made > UNREADABLE_IS_STALE_MS) await rmdir(guard).catch(() => {});
    await sleep(POLL_MS);
    return;
  }
  try {
    const current = await readOwner(path);
    if (current?.token === dead?.token) await rm(path, { force: true });
  } finally {
    await rmdir(guard).catch(() => {});
  }
}
