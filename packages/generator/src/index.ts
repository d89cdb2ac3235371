export { type ComposingHooks, type ComposingModel, type ComposingMusic, compose } from './composing/compose.js';
export { CompositionError } from './composing/composition-error.js';
export type { GivenFile } from './composing/given-music.js';
export { listenerOf, songOptions } from './composing/rules/listener.js';
export { renamedSongSettings, type SongSettings, songSettings } from './composing/settings.js';
export { noveltyProbe } from './composing/takes/novelty-probe.js';
export { type TracedToken, traceFormat, traceToCsv } from './composing/trace.js';
export { UNBENT } from './sampling/distribution.js';
export { sample } from './sampling/sample.js';
