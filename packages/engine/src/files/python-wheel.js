// Plain JavaScript, as file-lock.js.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { digestOf } from './contents.js';
import { withFileLock } from './file-lock.js';

const run = promisify(execFile);
const OPTIONS = ['--no-deps', '--only-binary', ':all:', '--quiet', '--retries', '2', '--disable-pip-version-check'];
const LONGEST_MS = 1_800_000;

/**
 * A wheel of the Python package index.
 * @typedef {object} Wheel
 * @property {string} requirement name and version: `music21==10.5.1`
 * @property {readonly string[]} [tags] options of pip that say which of several wheels: the machine and the Python that it is for
 * @property {string} sha256 in hexadecimal
 */

/**
 * A wheel as a file, its SHA-256 checked, fetched by pip from the index that it is configured for. It stays there for the next one who asks,
 * unless the caller removes it.
 * @param {Wheel} wheel
 * @param {object} how
 * @param {string} how.folder where it is kept
 * @param {() => void} [how.onDownload] told where it is not there yet
 * @param {AbortSignal | undefined} [how.signal] ends pip
 * @returns {Promise<string>} the file
 * @throws {Error} where there is no Python with pip, no network, or another file under this name
 * @example
 * await downloadWheel({ requirement: 'music21==10.5.1', sha256 }, { folder: '/tmp/wheels' }); // `/tmp/wheels/${sha256}.whl`
 */
export async function downloadWheel({ requirement, tags = [], sha256 }, { folder, onDownload = () => {}, signal }) {
  const kept = join(folder, `${sha256}.whl`);
  const aside = join(folder, `${sha256}.partial`);
  await withFileLock(
    `${kept}.lock`,
    async () => {
      rmSync(aside, { recursive: true, force: true });
      if (existsSync(kept) && (await digestOf(kept)) === sha256) return;
      const python = await findPython();
      mkdirSync(aside);
      try {
        onDownload();
        await pip(python, ['download', ...OPTIONS, ...tags, '--dest', aside, requirement], requirement, signal);
        const [name] = /** @type {[string]} */ (readdirSync(aside));
        const found = await digestOf(join(aside, name));
        if (found !== sha256) throw new Error(`${name} has sha256 ${found}, expected ${sha256}`);
        renameSync(join(aside, name), kept);
      } finally {
        rmSync(aside, { recursive: true, force: true });
      }
    },
    { signal },
  );
  return kept;
}

/** @returns {Promise<string>} the command of a Python 3 with pip */
async function findPython() {
  for (const name of ['python3', 'python']) {
    const works = await run(name, ['-m', 'pip', '--version']).then(
      () => true,
      () => false,
    );
    if (works) return name;
  }
  throw new Error('no Python 3 with pip was found');
}

/**
 * @param {string} python
 * @param {readonly string[]} args
 * @param {string} what for the message
 * @param {AbortSignal | undefined} signal
 */
async function pip(python, args, what, signal) {
  try {
    await run(python, ['-m', 'pip', ...args], { maxBuffer: 1 << 28, timeout: LONGEST_MS, signal });
  } catch (error) {
    signal?.throwIfAborted();
    const { stdout = '', stderr = '', message } = /** @type {Error & { stdout?: string, stderr?: string }} */ (error);
    // Where colours are forced, the last line may hold nothing but their end.
    const lines = stripVTControlCharacters(`${stdout}\n${stderr}`).split('\n');
    const said = lines.map((line) => line.trim()).findLast(Boolean) ?? message;
    throw new Error(`pip could not download ${what} (${said}); is there a network, and does pip know a package index?`);
  }
}
