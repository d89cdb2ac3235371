import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCompiler, runQuietly } from '../scripts/setup/command.mjs';
import { compileVariants, FLAGS } from '../scripts/setup/kernels.mjs';
import { root } from '../scripts/setup/workspace.mjs';
import { spread } from './pair.mjs';

/** The kernels by themselves against the processor's own peak; the ratio is the part of it that they reach. */
export function kernels({ here, threads, show }) {
  return [
    {
      name: 'kernel',
      run() {
        const [peak, ...others] = measured(here, threads);
        const gflops = spread(peak.ms.map((ms) => peak.gflop / (ms / 1000))).median;
        console.log(`peak of this machine: ${gflops.toFixed(0)} GFLOPS on ${threads} threads`);
        for (const { name, units, gflop, ms } of others) {
          const ours = spread(ms);
          const atPeak = (gflop / gflops) * 1000;
          const rival = { median: atPeak, min: atPeak, max: atPeak };
          show({
            name: `kernel-${name}-${units}`,
            unit: 'ms',
            ours,
            rival,
            rivalName: 'peak',
            ratio: atPeak / ours.median,
          });
        }
      },
    },
  ];
}

/** Compiles and runs kernels_bench.cc. */
function measured(here, threads) {
  const native = join(root, 'packages', 'model', 'native');
  const folder = mkdtempSync(join(tmpdir(), 'etude-bench-kernels-'));
  const compiler = findCompiler();
  const objects = compileVariants(compiler, folder);
  const program = join(folder, 'kernels_bench');
  const source = [here('kernels_bench.cc'), `-I${native}`, ...objects, '-pthread', '-o', program];
  runQuietly(compiler, ['-march=native', ...FLAGS, ...source]);
  return JSON.parse(spawnSync(program, [String(threads)], { encoding: 'utf8', maxBuffer: 1 << 26 }).stdout);
}
