/** Workers of a build take what clients of the same build want, and nothing else: another build may have other stages. */
export function runQueue(build: string): string {
  return `etude-${build}`;
}

/**
 * Stages have a queue of their own, so that looking how far runs are does not wait for one.
 * @param kind of machine that has to run them; left out: any may
 */
export function stageQueue(build: string, kind?: string): string {
  return stagesBeside(runQueue(build), kind);
}

export function stagesBeside(runs: string, kind?: string): string {
  return `${runs}-stages${kind === undefined ? '' : `-${kind}`}`;
}

export function stageWorkflowId(build: string, fingerprint: string, kind?: string): string {
  return `stage/${build}/${fingerprint}${kind === undefined ? '' : `/${kind}`}`;
}

/** @param name tells runs of one build from each other */
export function runWorkflowId(build: string, name: string): string {
  return `run/${build}/${name}`;
}
