import type { CachedStage } from '../cache/cache-layout.js';
import type { Artifact } from '../cache/stage-cache.js';
import type { PlannedStage } from '../plan/plan.js';
import type { Content, StageOutputs } from '../stage.js';

/** What a stage left, for the stages that read from it: artifacts by the name that the pipeline gives them. */
export type Outputs = Readonly<Record<string, readonly Artifact[]>>;

/** What a stage returned, door by door, as bytes; checked, since a stage may be anybody's. */
export function contentsOf({ stage, name }: PlannedStage, outputs: StageOutputs<Record<string, 'file' | 'files'>>) {
  const contents: Record<string, Uint8Array[]> = {};
  for (const [door, kind] of Object.entries(stage.outputs)) {
    const output = outputs[door] as Content | readonly Content[] | undefined;
    if (output === undefined || Array.isArray(output) !== (kind === 'files')) {
      throw new Error(
        `stage ${name} did not return ${kind === 'files' ? 'a list of files' : 'one file'} for "${door}"`,
      );
    }
    contents[door] = [output]
      .flat()
      .map((content) => (typeof content === 'string' ? Buffer.from(content) : (content as Uint8Array)));
  }
  return contents;
}

/** Cached artifacts under the names that the pipeline gives them, the `*` of a family replaced by 1, 2, … */
export function named({ outputs }: PlannedStage, cached: CachedStage): Outputs {
  return Object.fromEntries(
    Object.entries(outputs).map(([door, artifact]) => [
      artifact,
      cached.outputs[door]!.map((content, index) => ({ path: artifact.replace('*', String(index + 1)), ...content })),
    ]),
  );
}

export function digestsOf({ outputs }: CachedStage): string {
  return Object.values(outputs)
    .flat()
    .map(({ digest }) => digest)
    .join();
}
