import { InputError, type Problem, suggestion } from '@etude/engine';
import { KERNEL_NAMES, type KernelName } from '@etude/model';
import { useKernels } from '../computing/kernels.js';

/** What the variables of the environment may be that Etude, its set-up and its tests read. */
const VARIABLES: Readonly<Record<string, readonly string[] | RegExp>> = {
  ETUDE_KERNELS: KERNEL_NAMES,
  // Read by native/ops.cc.
  ETUDE_INSTRUCTIONS: ['avx512', 'avx2', 'plain'],
  ETUDE_THREADS: /^([1-9]\d{0,2}|10[01]\d|102[0-4])$/,
  ETUDE_CACHE_DIR: /./,
  // Read by workspace-settings.ts.
  ETUDE_CLUSTER: /./,
  ETUDE_STORE: /./,
  ETUDE_MIDI_SAMPLES: /./,
};
const IN_WORDS = 'an integer from 1 to 1024';

/**
 * Checks all variables that begin with ETUDE_; an empty one counts as absent.
 * @throws {InputError} with every one that is unknown or has a value that it cannot have
 */
export function checkEnvironment(environment: NodeJS.ProcessEnv): void {
  const problems = Object.entries(environment).flatMap(([name, value]): Problem[] => {
    if (!name.startsWith('ETUDE_') || !value) return [];
    const valid = Object.hasOwn(VARIABLES, name) ? VARIABLES[name] : undefined;
    if (valid === undefined) {
      return [{ place: name, message: `unknown environment variable${suggestion(name, Object.keys(VARIABLES))}` }];
    }
    if (valid instanceof RegExp) {
      return valid.test(value) ? [] : [{ place: name, message: `expected ${IN_WORDS}, found "${value}"` }];
    }
    return valid.includes(value)
      ? []
      : [{ place: name, message: `unknown value "${value}"${suggestion(value, valid)}` }];
  });
  if (problems.length > 0) throw new InputError(problems);
}

/**
 * Checks the environment, and computes as it says.
 * @throws {InputError} as {@link checkEnvironment}
 */
export function useEnvironment(environment: NodeJS.ProcessEnv): void {
  checkEnvironment(environment);
  const { ETUDE_KERNELS, ETUDE_THREADS } = environment;
  useKernels({
    kernels: (ETUDE_KERNELS || undefined) as KernelName | undefined,
    threads: ETUDE_THREADS ? Number(ETUDE_THREADS) : undefined,
  });
}
