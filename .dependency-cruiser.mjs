// Which package may know which (docs/architecture.md). A package depends only on those above it in the flow.
const flow = [
  'midi-reader',
  'music',
  'midi-writer',
  'abc',
  'scores',
  'corpus',
  'measures',
  'tokenizer',
  'tensorflow',
  'model',
  'trainer',
  'generator',
  'report',
  'audio',
  'page',
];

/** Within the project, what lies in `from` may import only what lies in `known`. */
const knowsOnly = (name, from, known) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { path: '^(packages|pipelines|data|scripts|cluster)/', pathNot: known },
});

export default {
  forbidden: [
    ...flow.map((name, place) =>
      knowsOnly(
        `${name}-knows-only-what-is-above`,
        `^packages/${name}/`,
        `^packages/(${flow.slice(0, place + 1).join('|')})/`,
      ),
    ),
    knowsOnly('the-engine-knows-no-music', '^packages/engine/', '^packages/engine/'),
    knowsOnly('data-knows-only-midi', '^data/', '^(data|packages/(midi-reader|midi-writer|music|abc))/'),
    knowsOnly(
      'set-up-knows-only-files',
      '^scripts/(?!test-exports)',
      '^(scripts/|packages/engine/src/files/[a-z-]+\\.js$)',
    ),
    knowsOnly(
      'the-cluster-knows-only-the-engine',
      '^cluster/',
      '^(cluster/|packages/engine/|pipelines/cli/optional-cluster\\.ts$|pipelines/testing/|packages/music/|vitest)',
    ),
    {
      name: 'nobody-needs-the-cluster',
      comment: 'It is optional: pipelines/cli/optional-cluster.ts loads it, by its path.',
      severity: 'error',
      from: { pathNot: '^cluster/' },
      to: { path: '^cluster/' },
    },
    {
      name: 'no-package-reaches-into-another',
      severity: 'error',
      from: { path: '^packages/([^/]+)/' },
      to: { path: '^packages/[^/]+/src/(?!(testing/)?index\\.)', pathNot: '^packages/$1/' },
    },
    {
      name: 'testing-is-for-tests',
      severity: 'error',
      from: { path: '^(packages|cluster)/', pathNot: '\\.test\\.ts$|/testing/' },
      to: { path: '/testing/' },
    },
    {
      name: 'nobody-reaches-into-a-package',
      severity: 'error',
      from: { path: '^(pipelines|data|cluster)/' },
      to: { path: '^packages/[^/]+/src/(?!(testing/)?index\\.)' },
    },
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'declared-in-package-json',
      severity: 'error',
      from: { pathNot: '\\.test\\.ts$|/testing/|vitest|^scripts/' },
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
