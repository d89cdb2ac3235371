import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isPlainFile, type Progress } from '@etude/engine';
import type { LivePoint, LiveRun, LiveSongs, LiveStage } from '@etude/page';
import { plainText } from '@etude/report';
import { progressInWords } from '../live-lines.js';
import type { RunEvent } from '../run-events.js';

/** Points of a curve that are told; of more, every second is left out. */
const MOST_POINTS = 500;
/** Lines of the log that are told. */
const MOST_LINES = 500;
const FIRST_SONG = 'song-1.mid';

/** What is told of a run, from what happened in it. */
export class LiveRunState {
  readonly #folder: string;
  readonly #stages = new Map<string, LiveStage>();
  readonly #log: string[] = [];
  #experiment: string;
  #curve: LivePoint[] = [];
  /** the stage that wrote songs */
  #rendered: string | undefined;
  status: LiveRun['status'] = 'running';

  /** @param folder of its artifacts */
  constructor(experiment: string, folder: string, stages: readonly string[] = []) {
    this.#experiment = experiment;
    this.#folder = folder;
    this.#begin(stages);
  }

  get run(): Omit<LiveRun, 'canStart' | 'canStop'> {
    return {
      ...{ experiment: this.#experiment, stages: [...this.#stages.values()], log: this.#log },
      ...{ curve: this.#curve, hasSongs: this.#rendered !== undefined, status: this.status },
    };
  }

  hear(event: RunEvent): void {
    switch (event.event) {
      case 'run':
        this.#begin(event.stages);
        break;
      case 'started':
        this.#change(event.stage, { status: 'running', reasons: event.reasons.map(plainText) });
        break;
      case 'progress': {
        const { stage, done, total } = event;
        this.#addFigures(event);
        this.#change(stage, { status: 'running', words: progressInWords(event), share: done / total });
        break;
      }
      case 'said':
        this.#say(`${event.stage}: ${plainText(event.line)}`);
        break;
      case 'done': {
        const { stage, status, reasons, seconds, outputs } = event;
        if (outputs.some(({ path }) => path === FIRST_SONG)) this.#rendered = stage;
        this.#change(stage, {
          status: status === 'would-run' ? 'skipped' : status,
          ...{ reasons: reasons.map(plainText), words: `${seconds.toFixed(1)} s`, share: 1 },
        });
        break;
      }
      case 'warning':
        this.#say(`warning: ${plainText(event.message)}`);
        break;
      case 'ended':
        if (event.error !== undefined) this.#say(`error: ${plainText(event.error)}`);
        this.status = event.status === 'interrupted' ? 'stopped' : event.status;
    }
  }

  #begin(stages: readonly string[]): void {
    for (const name of stages) {
      this.#stages.set(name, { name, status: 'waiting', reasons: [], words: '', share: 0 });
    }
  }

  #change(name: string, more: Partial<LiveStage>): void {
    const before = this.#stages.get(name);
    if (before) this.#stages.set(name, { ...before, ...more });
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
    const [{ soundsOf }, { MOST_SOUNDS }] = await Promise.all([import('@etude/audio'), import('@etude/page')]);
    const files: Buffer[] = [];
    for (let number = 1; this.#rendered !== undefined; number++) {
      const file = join(this.#folder, this.#rendered, `song-${number}.mid`);
      if (!isPlainFile(file)) break;
      files.push(readFileSync(file));
    }
    const songs = files.map((midi, index) => ({
      ...{ name: `Song ${index + 1}`, midi: midi.toString('base64') },
      ...{ marks: [], sections: [], surprise: [], copies: [], similarity: [] },
    }));
    const { bytes, samplesEach } = await soundsOf(files, MOST_SOUNDS);
    return { songs, sounds: Buffer.from(bytes).toString('base64'), samplesEach };
  }
}
