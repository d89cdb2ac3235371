import type { Plan, RunOptions, RunResult } from '@etude/engine';

/** What runs plans: this machine, in one process or several, or a cluster. */
export interface Runner {
  run(plan: Plan, options: Omit<RunOptions, 'executor' | 'shared'>): Promise<RunResult>;
  /** plans that it may be given at a time */
  readonly atATime: number;
}
