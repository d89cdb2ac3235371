import type { PageSong } from './content/content.js';

/** A run as it goes on, as a page that watches it is told. */
export interface LiveRun {
  readonly experiment: string;
  readonly stages: readonly LiveStage[];
  /** what stages said and what was warned of, the latest last */
  readonly log: readonly string[];
  /** figures of training by step, some of them where there are many */
  readonly curve: readonly LivePoint[];
  /** whether songs can be had */
  readonly hasSongs: boolean;
  readonly status: RunStatus;
  /** whether its viewers can have it begun, and stopped */
  readonly canStart: boolean;
  readonly canStop: boolean;
}

export type RunStatus = 'never run' | 'running' | 'stopping' | 'done' | 'failed' | 'stopped';

export interface LiveStage {
  readonly name: string;
  readonly status: 'waiting' | 'running' | 'hit' | 'ran' | 'failed' | 'skipped';
  readonly reasons: readonly string[];
  /** "120/300 steps, loss 1.93" */
  readonly words: string;
  /** 0 to 1 */
  readonly share: number;
}

export interface LivePoint {
  readonly step: number;
  /** nats per token */
  readonly training?: number | undefined;
  readonly heldOut?: number | undefined;
}

/** Songs that are there before the run has ended. */
export interface LiveSongs {
  readonly songs: readonly PageSong[];
  /** a sound font in base64 */
  readonly sounds: string;
  readonly samplesEach?: number | undefined;
}

/** All experiments of a workspace, as a page that watches them is told. */
export interface Overview {
  readonly experiments: readonly OverviewRow[];
}

export interface OverviewRow {
  readonly experiment: string;
  readonly status: RunStatus;
  /** what the run that goes on does now */
  readonly now?: Pick<LiveStage, 'name' | 'words' | 'share'> | undefined;
  /** what went wrong, and nowhere else is told */
  readonly problem?: string | undefined;
  /** whether this server can begin a run of it, and whether it can stop the one that goes on */
  readonly canStart: boolean;
  readonly canStop: boolean;
  readonly last?: LastRun | undefined;
}

/** What the last run left. */
export interface LastRun {
  /** ISO 8601 */
  readonly startedAt: string;
  readonly songs: number;
  /** of the weights that were kept, nats per token */
  readonly heldOut?: number | undefined;
  /** notes of the longest run that one of the songs has from the source */
  readonly longestCopy?: number | undefined;
  /** share of the bars of its songs that are played a second time or more */
  readonly repeatedBars?: number | undefined;
  readonly hasPage: boolean;
}
