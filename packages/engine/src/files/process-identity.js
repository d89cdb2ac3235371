// Plain JavaScript, as file-lock.js.
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * A process, so named that another process can tell whether it still runs.
 * @typedef {object} ProcessIdentity
 * @property {number} pid
 * @property {string} host host name of its machine
 * @property {string | undefined} boot names one boot of one machine (Linux)
 * @property {string | undefined} namespace the process namespace in which `pid` counts: a container has its own (Linux)
 * @property {string | undefined} started start time of the process (Linux)
 */

const boot = readOr(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
const namespace = readOr(() => readlinkSync('/proc/self/ns/pid'));

/** @returns {ProcessIdentity} */
export function thisProcess() {
  return { pid: process.pid, host: hostname(), boot, namespace, started: processState(process.pid)?.started };
}

/**
 * `elsewhere`: on another machine or in another process namespace, where this process cannot see it.
 * @param {ProcessIdentity} identity
 * @returns {'running' | 'dead' | 'elsewhere'}
 */
export function stateOf(identity) {
  // Without a boot id (not Linux) a machine is known by its host name.
  const visible = identity.boot === boot && identity.namespace === namespace && (boot || identity.host === hostname());
  if (!visible) return 'elsewhere';
  if (!isAlive(identity.pid)) return 'dead';
  const state = processState(identity.pid);
  // A zombie was killed and not yet waited for by its parent.
  return state?.started === identity.started && state?.letter !== 'Z' ? 'running' : 'dead';
}

/** Short name of where this process can see others: a boot of a machine and a process namespace, or else a host. */
const here = createHash('sha256')
  .update(boot ? `${boot} ${namespace}` : hostname())
  .digest('hex')
  .slice(0, 8);
const TEMPORARY = /\.([0-9a-f]{8})-(\d+)-(\d*)\.[0-9a-f]{8}\.tmp$/;

/**
 * A name for a temporary file of this process, in the folder of `path`.
 * @param {string} path
 */
export function temporaryName(path) {
  const started = processState(process.pid)?.started ?? '';
  return `${path}.${here}-${process.pid}-${started}.${randomUUID().slice(0, 8)}.tmp`;
}

/**
 * Whether a file has such a name, and what has become of its process; undefined for other names.
 * @param {string} name
 * @returns {'running' | 'dead' | 'elsewhere' | undefined}
 */
export function writerOf(name) {
  const [, place, pid, started] = TEMPORARY.exec(name) ?? [];
  if (place === undefined) return undefined;
  if (place !== here) return 'elsewhere';
  return stateOf({ pid: Number(pid), host: hostname(), boot, namespace, started: started || undefined });
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
 * Fields 3 and 22 of /proc/PID/stat: the state, and the start time in clock ticks since boot, which tells a process
 * from a later one that was given the same id (proc_pid_stat(5)).
 * @param {number} pid
 */
function processState(pid) {
  return readOr(() => {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
    return { letter: fields[0], started: fields[19] };
  });
}

/**
 * @template T
 * @param {() => T} read
 * @returns {T | undefined}
 */
function readOr(read) {
  try {
    return read();
  } catch {
    return undefined;
  }
}
