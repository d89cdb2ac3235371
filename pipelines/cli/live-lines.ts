import type { Progress } from '@etude/engine';
import { plainText } from '@etude/report';
import { formatTime } from './print.js';

/** Milliseconds from one line of the progress of something to the next where the output is not a terminal. */
const LINE_EVERY = 10_000;
/** Milliseconds from one drawing to the next. */
const DRAW_EVERY = 100;
const BAR_WIDTH = 16;

/**
 * How far work is on standard output: on a terminal a line each at its end that changes, elsewhere a line of each now and then.
 * @example
 * const lines = new LiveLines({ quiet: false });
 * lines.begin('train', '  train  ');
 * lines.progress('train', { done: 120, total: 2000, unit: 'steps' });
 * lines.print(() => console.log('what stays'));
 * lines.end('train');
 */
export class LiveLines {
  readonly #quiet: boolean;
  readonly #isLive: boolean;
  readonly #lines = new Map<string, LiveLine>();
  #drawn = 0;
  #drawnAt = 0;

  /** @param options.quiet show nothing */
  constructor({ quiet }: { quiet: boolean }) {
    this.#quiet = quiet;
    this.#isLive = process.stdout.isTTY === true && !quiet;
  }

  /**
   * @param title that the line begins with
   * @param words what else it says before there is any progress
   */
  begin(key: string, title: string, words = ''): void {
    this.#lines.set(key, { title, text: title + words, shownAt: Date.now() });
    this.#draw(true);
  }

  progress(key: string, progress: Progress): void {
    const line = this.#lines.get(key);
    if (line === undefined) return;
    const now = Date.now();
    // Work that goes on where it was stopped is not done again: what comes first says nothing of how fast it is.
    line.first ??= { done: progress.done, at: now };
    const perSecond = (1000 * (progress.done - line.first.done)) / (now - line.first.at);
    const left = perSecond > 0 ? `, ${formatTime((progress.total - progress.done) / perSecond)} left` : '';
    line.text = `${line.title}${this.#isLive ? `${bar(progress)} ` : ''}${progressInWords(progress)}${left}`;
    if (this.#isLive) this.#draw(progress.done === progress.total);
    else if (now - line.shownAt >= LINE_EVERY) {
      line.shownAt = now;
      this.print(() => this.#quiet || console.log(line.text));
    }
  }

  end(key: string): void {
    this.#lines.delete(key);
    this.#draw(true);
  }

  /** Prints what stays, above what changes. */
  print(print: () => void): void {
    this.#clear();
    print();
    this.#draw(true);
  }

  #draw(now: boolean): void {
    if (!this.#isLive || (!now && Date.now() - this.#drawnAt < DRAW_EVERY)) return;
    this.#clear();
    this.#drawnAt = Date.now();
    const { columns = 80, rows = 24 } = process.stdout;
    // A line that wraps, or leaves the screen, could not be cleared again.
    const lines = [...this.#lines.values()].slice(0, rows - 1).map(({ text }) => truncate(text, columns));
    process.stdout.write(lines.join('\n'));
    this.#drawn = lines.length;
  }

  #clear(): void {
    if (this.#drawn === 0) return;
    process.stdout.write(`\r\x1b[2K${'\x1b[1A\x1b[2K'.repeat(this.#drawn - 1)}`);
    this.#drawn = 0;
  }
}

interface LiveLine {
  readonly title: string;
  text: string;
  /** when it was printed, where the output is not a terminal */
  shownAt: number;
  /** what was told first, and when */
  first?: { readonly done: number; readonly at: number };
}

/** "120/2,000 steps, loss 1.93" */
export function progressInWords({ done, total, unit, detail }: Progress): string {
  const count = `${done.toLocaleString('en')}/${total.toLocaleString('en')} ${unit}`;
  return detail ? `${count}, ${plainText(detail)}` : count;
}

function bar({ done, total }: Progress): string {
  const filled = Math.round((done / total) * BAR_WIDTH);
  return '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
}

/** Cuts a line to a number of columns, colour codes not counted. */
function truncate(line: string, columns: number): string {
  const parts = line.split(/(\x1b\[[0-9;]*m)/);
  let left = columns - 1;
  return parts
    .map((part, index) => {
      if (index % 2 === 1) return part;
      const kept = [...part].slice(0, left).join('');
      left -= kept.length;
      return kept;
    })
    .join('');
}
