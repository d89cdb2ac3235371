import type { CachedStage } from '../cache/cache-layout.js';
import type { Artifact } from '../cache/stage-cache.js';
import type { PlannedStage } from '../plan/plan.js';
import { isFamily, type OutputValues, type Ports, type Stage } from '../stage.js';

/** What a stage left, for the stages that read from it: artifacts by the name that the pipeline gives them. */
export type Outputs = Readonly<Record<string, readonly Artifact[]>>;

/** What a stage returned, output by output, as bytes; checked, since a stage may be anybody's. */
export function contentsOf(stage: Stage, name: string, outputs: OutputValues<Ports>): Record<string, Uint8Array[]> {
  const contents: Record<string, Uint8Array[]> = {};
  for (const [output, port] of Object.entries(stage.outputs)) {
    const value: unknown = outputs[output];
    if (value === undefined || (isFamily(port) && !Array.isArray(value))) {
      throw new Error(`stage ${name} did not return ${isFamily(port) ? 'a list' : 'anything'} for "${output}"`);
    }
    const serialized = isFamily(port) ? (value as unknown[]).map(port.each.serialize) : [port.serialize(value)];
    contents[output] = serialized.map((content) => (typeof content === 'string' ? Buffer.from(content) : content));
  }
  return contents;
}

/** Cached artifacts under the names that the pipeline gives them, the `*` of a family replaced by 1, 2, … */
export function named({ outputs }: PlannedStage, cached: CachedStage): Outputs {
  return Object.fromEntries(
    Object.entries(outputs).map(([port, artifact]) => [
      artifact,
      cached.outputs[port]!.map((content, index) => ({ path: artifact.replace('*', String(index + 1)), ...content })),
    ]),
  );
}

export function digestsOf({ outputs }: CachedStage): string {
  return Object.values(outputs)
    .flat()
    .map(({ digest }) => digest)
    .join();
}
