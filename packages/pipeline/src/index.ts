export {
  type CacheEntry,
  cacheContents,
  pruneCache,
  verifyCache,
} from './cache-contents.js';
export { EXPERIMENT_KEYS, isExperimentName, yamlFilesIn } from './experiment-file.js';
export { filesInFolder } from './folder-files.js';
export { pipelineSchema } from './pipeline-file.js';
export { findStage, makePlan, type Plan, type PlannedStage, type PlanRequest } from './plan.js';
export { formatProblem, InputError, MOST_PROBLEMS, type Problem, StageError, suggestion } from './problem.js';
export { type RunObserver, type RunOptions, type RunResult, runPlan } from './run.js';
export { artifactFolder, type RunRecord, readRunRecord, type StageRecord, type StageStatus } from './run-record.js';
export {
  defineStage,
  fileParameters,
  type InputFile,
  type Progress,
  type Stage,
  type WorkspaceFile,
  withoutEffect,
  workspaceFiles,
} from './stage.js';
export type { Artifact } from './stage-cache.js';
export { isPlainFile, kindAt } from './workspace-path.js';
