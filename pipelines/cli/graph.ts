import { formatColumns, printJson } from './print.js';
import { planFor, sweepOf } from './workspace.js';

/** The DAG: what each stage reads and writes. */
export function graphCommand({ config, json = false }: { config: string; json?: boolean }): void {
  const plan = planFor({ config });
  const stages = plan.stages.map(({ name, stage, inputs, outputs, producers, files }) => ({
    ...{ name, stage: stage.name, after: [...new Set(Object.values(producers))] },
    ...{ inputs: Object.values(inputs), files: Object.keys(files), outputs: Object.values(outputs) },
  }));
  if (json) {
    printJson({ experiment: plan.experiment, pipeline: plan.pipeline, stages });
    return;
  }
  const points = sweepOf({ config })?.points;
  if (points) console.log(`the stages of each of the ${points.length} points of the sweep\n`);
  console.log(
    formatColumns([
      ['stage', 'reads', 'writes'],
      ...stages.map(({ name, inputs, files, outputs }) => [
        name,
        [...files.map((file) => `${name}.${file}`), ...inputs].join(', '),
        outputs.join(', '),
      ]),
    ]),
  );
}
