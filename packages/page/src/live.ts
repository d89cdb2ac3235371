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
  readonly status: 'running' | 'stopping' | 'done' | 'failed' | 'stopped';
}

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
}
