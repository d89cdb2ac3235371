export { contentFormat, MOST_SOUNDS, type PageContent } from './content/content.js';
export { type ExperimentToShow, pageContent } from './content/page-content.js';
export type {
  LastRun,
  LivePoint,
  LiveRun,
  LiveSongs,
  LiveStage,
  Overview,
  OverviewRow,
  RunStatus,
} from './live.js';
export {
  type ComparedToShow,
  keyOfPage,
  type PageToWrite,
  pageHtml,
  type RunToShow,
  type SweepToShow,
} from './page-html.js';
