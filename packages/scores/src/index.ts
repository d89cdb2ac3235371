export { kernToMidi } from './kern/kern-to-midi.js';
export { musicXmlToMidi } from './musicxml/music-xml-to-midi.js';
export { ScoreError, type ScorePlace, type ScoreWarning } from './score-error.js';
export type { ScoreMusic, ScoreOptions } from './score-to-midi.js';
