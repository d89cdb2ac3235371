import { artifactFolder, InputError, runningExperiments } from '@etude/engine';
import type { LiveRun, Overview, OverviewRow } from '@etude/page';
import { plainText } from '@etude/report';
import { compareFolders } from '../compare.js';
import { comparisonPage } from '../comparison-page.js';
import { experimentsIn, type FoundExperiment } from '../experiments.js';
import { EXIT } from '../fail.js';
import { FollowedLog } from './followed-log.js';
import { LastRuns } from './last-run.js';
import type { LiveSite, Page } from './live-server.js';
import { htmlPage, pageOfRun } from './run-site.js';
import { StartedRun } from './started-run.js';

/** All experiments of a workspace to look at, to run several at once and to stop. Runs that others began are shown as well. */
export class WorkspaceSite implements LiveSite {
  readonly #workspace: string;
  readonly #version: string;
  readonly #logs = new Map<string, FollowedLog>();
  readonly #started = new Map<string, StartedRun>();
  /** why the last run that was begun here did not come to an end, by experiment */
  readonly #problems = new Map<string, string>();
  readonly #lastRuns = new LastRuns();
  readonly #changed: () => void;
  #experiments: readonly FoundExperiment[] = [];
  #isRunning: (experiment: string) => boolean = () => false;

  /** @param changed is called where there are news at once */
  constructor(workspace: string, version: string, changed: () => void) {
    this.#workspace = workspace;
    this.#version = version;
    this.#changed = changed;
  }

  /** Looks what has changed. */
  async look(): Promise<void> {
    this.#experiments = experimentsIn(this.#workspace);
    this.#isRunning = await runningExperiments(this.#workspace);
    for (const { experiment } of this.#experiments) this.#logOf(experiment).readOn();
  }

  async page({ pathname, searchParams }: URL): Promise<Page | undefined> {
    const etude = this.#version;
    if (pathname === '/') {
      await this.look();
      return htmlPage({ title: 'Experiments', data: { kind: 'overview', etude } });
    }
    if (pathname === '/comparison.html') return this.#comparison(searchParams.getAll('experiment'));
    const { experiment, path } = this.#placeAt(pathname) ?? {};
    if (experiment === undefined || path === undefined) return undefined;
    const { state } = this.#logOf(experiment);
    const folder = artifactFolder(this.#workspace, experiment);
    return pageOfRun(path, { experiment, folder, version: etude, state, isOneOfMany: true });
  }

  async #comparison(names: readonly string[]): Promise<Page> {
    const type = 'text/html; charset=utf-8';
    try {
      const compared = compareFolders(this.#workspace, names);
      return { type, content: await comparisonPage(this.#workspace, compared, this.#version) };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return { type: 'text/plain; charset=utf-8', content: error.message };
    }
  }

  news(pathname: string): string | undefined {
    if (pathname === '/events') return JSON.stringify(this.#overview());
    const { experiment, path } = this.#placeAt(pathname) ?? {};
    if (experiment === undefined || path !== '/events') return undefined;
    const { status, canStart, canStop } = this.#rowOf(this.#found(experiment)!);
    const { run } = this.#logOf(experiment).state;
    return JSON.stringify({ ...run, status, canStart, canStop } satisfies LiveRun);
  }

  order(pathname: string): void {
    const { experiment, path } = this.#placeAt(pathname) ?? {};
    if (experiment === undefined) return;
    if (path === '/stop') this.#started.get(experiment)?.stop();
    if (path === '/start') this.#start(this.#found(experiment)!);
    this.#changed();
  }

  /** Stops the runs that were begun here, and waits for their end. */
  async close(): Promise<void> {
    const runs = [...this.#started.values()];
    for (const run of runs) run.stop();
    await Promise.all(runs.map(({ ended }) => ended));
  }

  #start({ experiment, config }: FoundExperiment): void {
    if (config === undefined || this.#started.has(experiment) || this.#isRunning(experiment)) return;
    const run = new StartedRun(this.#workspace, config);
    this.#started.set(experiment, run);
    this.#problems.delete(experiment);
    void run.ended.then(async (code) => {
      this.#started.delete(experiment);
      if (code !== 0 && code !== EXIT.interrupted) this.#problems.set(experiment, plainText(run.said.trim()));
      await this.look();
      this.#changed();
    });
  }

  #overview(): Overview {
    return { experiments: this.#experiments.map((found) => this.#rowOf(found)) };
  }

  #rowOf({ experiment, config }: FoundExperiment): OverviewRow {
    const started = this.#started.get(experiment);
    const { run } = this.#logOf(experiment).state;
    const isRunning = started !== undefined || this.#isRunning(experiment);
    const last = this.#lastRuns.of(artifactFolder(this.#workspace, experiment));
    const now = run.stages.find(({ status }) => status === 'running');
    // A log without an end is that of a run which was killed.
    const ended = run.stages.length === 0 ? (last ? 'done' : 'never run') : run.status;
    return {
      experiment,
      status: isRunning ? (started?.isStopping ? 'stopping' : 'running') : ended === 'running' ? 'stopped' : ended,
      now: isRunning && now ? { name: now.name, words: now.words, share: now.share } : undefined,
      problem: this.#problems.get(experiment),
      canStart: !isRunning && config !== undefined,
      canStop: started !== undefined && !started.isStopping,
      last,
    };
  }

  #logOf(experiment: string): FollowedLog {
    const known = this.#logs.get(experiment);
    const log = known ?? new FollowedLog(experiment, artifactFolder(this.#workspace, experiment));
    if (known === undefined) this.#logs.set(experiment, log);
    return log;
  }

  #found(experiment: string): FoundExperiment | undefined {
    return this.#experiments.find((each) => each.experiment === experiment);
  }

  /** `/runs/quick/report.html` is `/report.html` of the experiment quick. */
  #placeAt(pathname: string): { readonly experiment: string; readonly path: string } | undefined {
    const [, name, path] = /^\/runs\/([^/]+)(\/.*)$/.exec(pathname) ?? [];
    if (name === undefined || path === undefined) return undefined;
    try {
      const experiment = decodeURIComponent(name);
      return this.#found(experiment) && { experiment, path };
    } catch {
      return undefined;
    }
  }
}
