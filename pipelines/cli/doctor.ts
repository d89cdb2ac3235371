import { cpus } from 'node:os';
import { matMulSpeed } from '@etude/tensorflow';
import { loadKernels, mostThreads } from '../computing/kernels.js';
import { formatColumns, printJson } from './print.js';

const ADVICE = [
  'This is the slow backend. For the native one:',
  '  1. have a C++ compiler (Debian: apt install g++; macOS: xcode-select --install) and Python 3 with pip,',
  '  2. have access to the Python package index, directly or through a mirror that pip is configured for,',
  '  3. run `etude setup`, which says what it tries and why it fails.',
];

/** Which backend and kernels compute, how fast, and what to do if it is the slow one. */
export async function doctorCommand({ json = false }: { json?: boolean }): Promise<void> {
  const { tf, backend, versions, nativeProblem, kernels, problems } = await loadKernels();
  const report = {
    backend,
    native: backend === 'tensorflow',
    ...(nativeProblem && { nativeProblem }),
    versions: { node: process.versions.node, ...versions },
    kernels: kernels.name,
    kernelProblems: problems,
    gflops: Math.round(matMulSpeed(tf) * 10) / 10,
    machine: {
      platform: `${process.platform}-${process.arch}`,
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      threads: mostThreads(),
    },
    advice: backend === 'tensorflow' ? [] : ADVICE,
  };
  if (json) {
    printJson(report);
    return;
  }
  console.log(
    formatColumns([
      ['backend', backend === 'tensorflow' ? 'tensorflow (native)' : 'wasm (WebAssembly, the slow one)'],
      ...Object.entries(report.versions).map(([name, version]) => [name, version]),
      ['kernels', `${kernels.name}${kernels.details ? ` (${kernels.details})` : ''}`],
      ...Object.entries(problems).map(([name, problem]) => [`why not ${name}`, problem]),
      ['speed', `${report.gflops} GFLOPS on one product of 2048×256 by 256×1024`],
      [
        'machine',
        `${report.machine.cpu}, ${report.machine.threads} of its processors in use, ${report.machine.platform}`,
      ],
      ...(nativeProblem ? [['why not native', nativeProblem]] : []),
    ]),
  );
  for (const line of report.advice) console.log(line);
}
