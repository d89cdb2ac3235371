export {
  type ComparedExperiment,
  compareExperiments,
  comparisonMarkdown,
  comparisonRows,
  type ExperimentToCompare,
} from './compare.js';
export { type CurveToDraw, drawLearningCurve } from './learning-curve-picture.js';
export { measuresInWords } from './measures-in-words.js';
export { MEASURES, type Measure } from './measures-to-rank.js';
export { type MidiSummary, secondsOf, summarizeMidi } from './midi-summary.js';
export { markdownTable, plainText } from './plain-text.js';
export { marginalRows, type PointToRank, type RankedPoint, rankedPoints, rankingRows } from './ranking.js';
export { drawSong, type SongToDraw } from './song-picture.js';
