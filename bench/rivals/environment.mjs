import { installed } from '../python.mjs';

/** What there is to install, by the name of the list beside this file. */
const LISTS = { learning: 'PyTorch, Keras, DVC; 3 GB', midi: 'mido, symusic; 100 MB', jobs: 'DVC, Snakemake; 280 MB' };

/**
 * A Python environment with rivals. PyTorch brings several gigabytes of libraries for graphics cards, which the package
 * index has no build without.
 * @param {keyof typeof LISTS} list
 * @returns {Promise<string>} the folder of its programs
 */
export const rivalPrograms = (list) => installed(new URL(`${list}.txt`, import.meta.url), `rivals (${LISTS[list]})`);
