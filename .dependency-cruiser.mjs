// Which package may know which (docs/architecture.md). A package depends only on those above it in the flow.
const flow = ['midi-reader', 'tokenizer', 'tensorflow', 'model', 'trainer', 'generator', 'midi-writer', 'report'];

const wrongWay = flow.map((name, place) => ({
  name: `${name}-knows-only-what-is-above`,
  severity: 'error',
  from: { path: `^packages/${name}/` },
  to: { path: '^(packages|pipelines|data|scripts)/', pathNot: `^packages/(${flow.slice(0, place + 1).join('|')})/` },
}));

export default {
  forbidden: [
    ...wrongWay,
    {
      name: 'the-engine-knows-no-music',
      severity: 'error',
      from: { path: '^packages/pipeline/' },
      to: { path: '^(packages|pipelines|data|scripts)/', pathNot: '^packages/pipeline/' },
    },
    {
      name: 'data-knows-only-midi',
      severity: 'error',
      from: { path: '^data/' },
      to: { path: '^(packages|pipelines|scripts)/', pathNot: '^packages/midi-(reader|writer)/' },
    },
    {
      name: 'set-up-knows-only-the-lock',
      severity: 'error',
      from: { path: '^scripts/' },
      to: { path: '^(packages|pipelines|data)/', pathNot: '^packages/pipeline/src/file-lock\\.js$' },
    },
    {
      name: 'no-package-reaches-into-another',
      severity: 'error',
      from: { path: '^packages/([^/]+)/' },
      to: { path: '^packages/[^/]+/src/(?!index\\.)', pathNot: '^packages/$1/' },
    },
    {
      name: 'nobody-reaches-into-a-package',
      severity: 'error',
      from: { path: '^(pipelines|data)/' },
      to: { path: '^packages/[^/]+/src/(?!index\\.)' },
    },
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'declared-in-package-json',
      severity: 'error',
      from: { pathNot: '\\.test\\.ts$|vitest|^scripts/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    exclude: { path: '(^|/)(dist|\\.vitest)/|^pipelines/bin/' },
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    enhancedResolveOptions: {
      conditionNames: ['@etude/source', 'import', 'require', 'node', 'default'],
      exportsFields: ['exports'],
    },
  },
};
