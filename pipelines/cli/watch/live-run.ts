import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  artifactFolder,
  isPlainFile,
  type Plan,
  type Progress,
  type RunObserver,
  type StageRecord,
} from '@etude/engine';
import type { LivePoint, LiveRun, LiveSongs, LiveStage } from '@etude/page';
import { plainText } from '@etude/report';

/** Points of a curve that are told; of more, every second is left out. */
const MOST_POINTS = 500;
/** Lines of the log that are told. */
const MOST_LINES = 500;

/** What is told of a run, from what its observer hears. */
export class LiveRunState {
  readonly #plan: Plan;
  readonly #stages: Map<string, LiveStage>;
  readonly #log: string[] = [];
  readonly #songs: readonly string[];
  #curve: LivePoint[] = [];
  #hasSongs = false;
  status: LiveRun['status'] = 'running';

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#stages = new Map(
      plan.stages.map(({ name }) => [name, { name, status: 'waiting', reasons: [], words: '', share: 0 }]),
    );
    this.#songs = plan.stages.filter(({ stage }) => stage.name === 'render').map(({ name }) => name);
  }

  get run(): LiveRun {
    return {
      ...{ experiment: this.#plan.experiment, stages: [...this.#stages.values()], log: this.#log },
      ...{ curve: this.#curve, hasSongs: this.#hasSongs, status: this.status },
    };
  }

  /** Hears what a run does, and passes it on. */
  observer(other: RunObserver, changed: (how?: { isUrgent: boolean }) => void): RunObserver {
    const change = (name: string, more: Partial<LiveStage>, how?: { isUrgent: boolean }) => {
      this.#stages.set(name, { ...this.#stages.get(name)!, ...more });
      changed(how);
    };
    return {
      ...other,
      stageStarted: (name, reasons) => {
        change(name, { status: 'running', reasons: reasons.map(plainText) });
        other.stageStarted?.(name, reasons);
      },
      stageProgress: (name, progress) => {
        const { done, total, unit, detail } = progress;
        const words = `${done.toLocaleString('en')}/${total.toLocaleString('en')} ${unit}${detail ? `, ${plainText(detail)}` : ''}`;
        this.#addFigures(progress);
        change(name, { status: 'running', words, share: done / total });
        other.stageProgress?.(name, progress);
      },
      stageSays: (name, line) => {
        this.#say(`${name}: ${plainText(line)}`);
        changed();
        other.stageSays?.(name, line);
      },
      stageDone: (record) => {
        change(record.name, this.#ended(record), { isUrgent: true });
        other.stageDone?.(record);
      },
      warning: (message) => {
        this.#say(`warning: ${plainText(message)}`);
        changed();
        other.warning?.(message);
      },
    };
  }

  #ended({ name, status, reasons, seconds }: StageRecord): Partial<LiveStage> {
    if (this.#songs.includes(name) && (status === 'ran' || status === 'hit')) this.#hasSongs = true;
    const ended = status === 'would-run' ? 'skipped' : status;
    return { status: ended, reasons: reasons.map(plainText), words: `${seconds.toFixed(1)} s`, share: 1 };
  }

  #addFigures({ done, figures }: Progress): void {
    if (figures === undefined) return;
    this.#curve.push({ step: done, training: figures.training, heldOut: figures['held out'] });
    // Held-out losses are few, and stay.
    if (this.#curve.length > MOST_POINTS) {
      this.#curve = this.#curve.filter(({ heldOut }, index) => heldOut !== undefined || index % 2 === 1);
    }
  }

  #say(line: string): void {
    this.#log.push(line);
    if (this.#log.length > MOST_LINES) this.#log.shift();
  }

  /** The songs that are in the artifact folder. */
  async songs(): Promise<LiveSongs> {
    const { soundsOf } = await import('@etude/audio');
    const folder = join(artifactFolder(this.#plan.workspace, this.#plan.experiment), this.#songs[0] ?? 'render');
    const files: Buffer[] = [];
    for (let number = 1; isPlainFile(join(folder, `song-${number}.mid`)); number++) {
      files.push(readFileSync(join(folder, `song-${number}.mid`)));
    }
    const songs = files.map((midi, index) => ({
      ...{ name: `Song ${index + 1}`, midi: midi.toString('base64') },
      ...{ marks: [], surprise: [], copies: [], similarity: [] },
    }));
    return { songs, sounds: Buffer.from(await soundsOf(files)).toString('base64') };
  }
}
