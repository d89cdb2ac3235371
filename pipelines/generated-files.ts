import { experimentSchema, pipelineFileSchema, referencePage } from './reference.js';
import { stages } from './stages/index.js';

/** Every file of the project that is made from the stages, by its path. */
export function generatedFiles(): Record<string, string> {
  const json = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`;
  return {
    'schemas/experiment.schema.json': json(experimentSchema(stages)),
    'schemas/pipeline.schema.json': json(pipelineFileSchema(stages)),
    'docs/yaml.md': referencePage(stages),
  };
}
