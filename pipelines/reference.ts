import { EXPERIMENT_KEYS, fileParameters, isFamily, pipelineSchema, type Stage, sweepSchema } from '@etude/engine';
import * as z from 'zod';

/** What the keys of an experiment mean that are not sections of a stage. */
const KEYS: Readonly<Record<string, string>> = {
  extends: 'another experiment, by its path from this file; what is written here goes over what it says',
  pipeline: 'which pipeline to run: pipelines/NAME.yaml',
  description: 'what the experiment is about, for people',
  sweep:
    'values of parameters that are tried, each combination a run of its own: `grid`, `list` or `random` ([sweeps](sweeps.md))',
};

type JsonSchema = Record<string, unknown> & { properties?: Record<string, JsonSchema> };

/** JSON Schema of an experiment, for editors that complete and check YAML. Nothing is required: it may be extended. */
export function experimentSchema(stages: readonly Stage[]): JsonSchema {
  const { $schema, ...sweep } = z.toJSONSchema(sweepSchema, { io: 'input', target: 'draft-7' }) as JsonSchema;
  const keys = EXPERIMENT_KEYS.map((key) => [
    key,
    { ...(key === 'sweep' ? sweep : { type: 'string' }), description: KEYS[key] },
  ]);
  const sections = stages.map((stage) => [stage.name, { description: stage.summary, ...parameterSchema(stage) }]);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'An experiment of Etude',
    type: 'object',
    properties: Object.fromEntries([...keys, ...sections]),
    additionalProperties: false,
  };
}

/** JSON Schema of a pipeline. */
export function pipelineFileSchema(stages: readonly Stage[]): JsonSchema {
  const { $schema, ...schema } = z.toJSONSchema(pipelineSchema, { io: 'input', target: 'draft-7' }) as JsonSchema;
  const { stages: entries } = schema.properties!;
  const ports = (side: Stage['inputs']) => ({
    type: 'object',
    properties: Object.fromEntries(
      Object.entries(side).map(([name, port]) => [
        name,
        { type: 'string', description: isFamily(port) ? 'a family: one * for the number' : 'a file' },
      ]),
    ),
    additionalProperties: false,
  });
  const known = stages.map((stage) => [
    stage.name,
    {
      description: stage.summary,
      type: 'object',
      properties: { stage: { type: 'string' }, inputs: ports(stage.inputs), outputs: ports(stage.outputs) },
      additionalProperties: false,
    },
  ]);
  return {
    $schema,
    title: 'A pipeline of Etude',
    ...schema,
    properties: { stages: { ...entries, properties: Object.fromEntries(known) } },
  };
}

function parameterSchema(stage: Stage): JsonSchema {
  const schema = z.toJSONSchema(stage.params.partial(), {
    io: 'input',
    target: 'draft-7',
    override: ({ jsonSchema }) => {
      delete jsonSchema.workspaceFiles;
    },
  }) as JsonSchema;
  delete schema.$schema;
  return schema;
}

/** docs/yaml.md: every key of the two kinds of file. */
export function referencePage(stages: readonly Stage[]): string {
  const sections = stages.map((stage) => {
    const { properties = {} } = parameterSchema(stage);
    const rows = Object.entries(properties).flatMap(([name, schema]) => {
      const { success: optional } = (stage.params.shape[name] as z.ZodType).safeParse(undefined);
      const file = fileParameters(stage).has(name)
        ? ' Bytes count, not the path. One outside of the workspace is absolute or begins with `~/`.'
        : '';
      return parameterRows(name, schema, optional, file);
    });
    const ports = (side: Stage['inputs']) =>
      Object.entries(side)
        .map(([name, port]) => `\`${name}\`${isFamily(port) ? ' (a numbered family)' : ''}`)
        .join(', ') || 'none';
    return [
      `### ${stage.name}`,
      `${stage.summary}. Version ${stage.version}.`,
      `Inputs: ${ports(stage.inputs)}. Outputs: ${ports(stage.outputs)}.`,
      rows.length === 0
        ? 'No parameters.'
        : ['| parameter | type | default | meaning |', '|---|---|---|---|', ...rows].join('\n'),
    ].join('\n\n');
  });
  return `<!-- Generated from the stages' schemas by \`npm run reference\`; a test keeps it current. -->
# YAML reference

An **experiment** (\`experiments/*.yaml\`) sets the parameters of a **pipeline** (\`pipelines/*.yaml\`), which says which
stage feeds which. Both begin with a line that names their JSON Schema, so that editors complete and check them.
Whatever is wrong in a file is reported with line and column, all at once, before anything runs.

## Experiments

| key | meaning |
|---|---|
${EXPERIMENT_KEYS.map((key) => `| \`${key}\` | ${KEYS[key]}. |`).join('\n')}
| a stage's name | the parameters of that stage, below. |

Maps are merged key by key with what is extended; any other value replaces the one below it.
On the command line, \`--set stage.parameter=value\` goes over all files.

${sections.join('\n\n')}

## Pipelines

\`stages\` maps a name to a stage. The name is the stage that runs, unless \`stage\` says another.

| key of a stage | meaning |
|---|---|
| \`stage\` | the stage to run here, where it differs from the name. |
| \`inputs\` | for each input of the stage, the artifact that it reads: one that some stage writes. |
| \`outputs\` | for each output of the stage, the artifact that it writes: a file name, with \`*\` for the number in a family; those that nobody reads may be left out. |
`;
}

/** A row for a parameter, and one for each that a map or a list of maps has in it, or one of several kinds of map. */
function parameterRows(name: string, schema: JsonSchema, optional: boolean, more = ''): string[] {
  const byDefault = schema.default === undefined ? 'none' : `\`${JSON.stringify(schema.default)}\``;
  const meaning = `${schema.description ?? ''}.${more}`.replace(/^\./, '');
  return [
    `| \`${name}\` | ${typeOf(schema)} | ${optional ? byDefault : 'required'} | ${meaning} |`,
    ...mapsIn(name, schema).flatMap(([place, { properties = {}, required = [] }]) =>
      Object.entries(properties).flatMap(([key, value]) =>
        // What kind it is stands in the place of the others.
        key === 'kind' && value.const !== undefined
          ? []
          : parameterRows(`${place}.${key}`, value, !(required as string[]).includes(key)),
      ),
    ),
  ];
}

/** The maps that a parameter may be or has in its list, each with its place; those of a kind by it, such as `disturbances[rest]`. */
function mapsIn(place: string, schema: JsonSchema): [place: string, map: JsonSchema][] {
  const { properties, items } = schema;
  if (properties !== undefined) return [[place, schema]];
  const kinds = (schema.anyOf ?? schema.oneOf) as JsonSchema[] | undefined;
  if (kinds !== undefined) {
    return kinds.flatMap((each) => {
      const kind = each.properties?.kind?.const;
      return mapsIn(kind === undefined ? place : `${place.replace(/\[\]$/, '')}[${kind}]`, each);
    });
  }
  return items === undefined || Array.isArray(items) ? [] : mapsIn(`${place}[]`, items as JsonSchema);
}

/** A schema's type and bounds in a few words. */
function typeOf(schema: JsonSchema): string {
  const kinds = (schema.anyOf ?? schema.oneOf) as JsonSchema[] | undefined;
  if (kinds !== undefined) return [...new Set(kinds.map(typeOf))].join(' or ');
  if (Array.isArray(schema.items)) return `list of ${schema.items.length}: ${schema.items.map(typeOf).join(', ')}`;
  if (schema.type === 'array') return `list of ${typeOf(schema.items as JsonSchema)}`;
  if (schema.type === 'object') return 'map';
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (schema.enum) return (schema.enum as unknown[]).map((value) => `\`${value}\``).join(' or ');
  const safe = (value: unknown) => typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER;
  const bounds = [
    ...(safe(schema.minimum) ? [`from ${schema.minimum}`] : []),
    ...(safe(schema.exclusiveMinimum) ? [`above ${schema.exclusiveMinimum}`] : []),
    ...(safe(schema.maximum) ? [`to ${schema.maximum}`] : []),
    ...(safe(schema.exclusiveMaximum) ? [`below ${schema.exclusiveMaximum}`] : []),
  ];
  return [schema.type, ...bounds].join(' ');
}
