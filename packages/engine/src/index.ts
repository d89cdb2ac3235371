export {
  type CacheEntry,
  cacheContents,
  pruneCache,
  trimCache,
  verifyCache,
} from './cache/cache-contents.js';
export { type Artifact, StageCache } from './cache/stage-cache.js';
export { recordedContents } from './files/contents.js';
export { withFileLock } from './files/file-lock.js';
export { filesInFolder } from './files/folder-files.js';
export { once } from './files/once.js';
export { downloadWheel } from './files/python-wheel.js';
export { userCache } from './files/user-cache.js';
export { removeStrays, writeAbsent, writeWhole } from './files/whole-file.js';
export type { DataSetFile, FindDataSet } from './files/workspace-files.js';
export { isInside, isPlainFile, kindAt, workspacePath } from './files/workspace-path.js';
export { EXPERIMENT_KEYS, isExperimentName, type SweepPoint, yamlFilesIn } from './plan/experiment-file.js';
export { pipelineSchema } from './plan/pipeline-file.js';
export { findStage, makePlan, type Plan, type PlannedStage, type PlanRequest, planUntil } from './plan/plan.js';
export { experimentOfPoint } from './plan/point-experiment.js';
export { BY_WORKER, SHARED } from './plan/reasons.js';
export { readSweep, STEPS, type Sweep, sweepSchema } from './plan/sweep.js';
export {
  formatProblem,
  InputError,
  MOST_PROBLEMS,
  type Problem,
  StageCrash,
  StageError,
  suggestion,
} from './problem.js';
export { writeBeside } from './run/artifact-folder.js';
export type { Executor } from './run/execute-stage.js';
export { runningExperiments } from './run/locks.js';
export { runPlan } from './run/run.js';
export type { RunObserver, RunOptions, RunResult, SharedOption } from './run/run-options.js';
export {
  artifactFolder,
  type RunRecord,
  readRunRecord,
  runRecords,
  type StageRecord,
  type StageStatus,
} from './run/run-record.js';
export { inputValues, readFiles } from './run/stage-inputs.js';
export { serveStages } from './run/stage-process.js';
export { StageProcesses } from './run/stage-processes.js';
export { auditStore } from './shared/audit.js';
export { folderStore } from './shared/folder-store.js';
export { checkKey, isKey } from './shared/object-key.js';
export type { ObjectStore } from './shared/object-store.js';
export { OptionalStore } from './shared/optional-store.js';
export { pruneStore } from './shared/prune-store.js';
export { type Advance, submitPlan } from './shared/remote-plan.js';
export { RemoteStages } from './shared/remote-stages.js';
export { SharedCache } from './shared/shared-cache.js';
export { Transfer } from './shared/transfer.js';
export { verifyStore } from './shared/verify-store.js';
export {
  bytesFormat,
  defineStage,
  family,
  fileParameters,
  isFamily,
  type Ports,
  type Progress,
  type Stage,
  textFormat,
  type WorkspaceFile,
  withoutEffect,
  workspaceFiles,
} from './stage.js';
export { readCheckedYaml } from './yaml/checked-file.js';
