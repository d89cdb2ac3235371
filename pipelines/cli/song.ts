import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { extractionParams, extractPieces, SourceError } from '@etude/corpus';
import {
  findStage,
  InputError,
  isExperimentName,
  isInside,
  kindAt,
  type Plan,
  readFiles,
  runPlan,
  suggestion,
  yamlFilesIn,
} from '@etude/engine';
import { pieceFromJson } from '@etude/music';
import { plainText } from '@etude/report';
import { parse, stringify } from 'yaml';
import { availableThreads } from '../computing/available-threads.js';
import { SHIPPED } from '../shipped.js';
import { logged } from './event-log.js';
import { interruptible } from './interruptible.js';
import { conclude } from './run.js';
import { type RunReporter, runReporter } from './run-reporter.js';
import { secondLevel } from './shared-store.js';
import { chooseSettings, musicFound, type Sections } from './song-settings.js';
import { TrainingWatch } from './training-watch.js';
import { findWorkspace, planWithData, schemaLine } from './workspace.js';

interface SongOptions {
  /** that training takes at most */
  readonly minutes: number;
  readonly songs: number;
  readonly bars?: number;
  /** the experiment to do as */
  readonly like?: string;
  /** what the experiment is called */
  readonly save?: string;
  readonly version: string;
}

/** An experiment: its pipeline, or what it extends, and parameters. */
type Experiment = { readonly pipeline: string } | { readonly extends: string };

/** Begins an experiment's file that this command may write again. */
const MARK = '# Written by etude song; what you change here is lost when it is called again for the same music.\n';
/** A model finds nothing in less. */
const FEWEST_NOTES = 16;
/** Songs stay close to less, or to what the model knew before. */
const FEW_NOTES = 200;

/** Learns from some music and writes songs: chooses settings, says why, writes them down as an experiment, and runs it. */
export async function songCommand(paths: readonly string[], options: SongOptions): Promise<void> {
  await interruptible(async (signal, tellBy) => {
    const draft = new Draft(paths, options.save);
    const { experiment, sections } = options.like
      ? { experiment: { extends: draft.pathOf(options.like) }, sections: { sample: wantedOf(options) } }
      : { experiment: SONG, sections: await chosenSections(draft, options, signal) };
    const shared = secondLevel(draft.workspace, signal);
    let reporter: RunReporter | undefined;
    const run = async (more: Sections, minutes: number) => {
      draft.write(experiment, { ...sections, ...more });
      const plan = await planWithData({ config: draft.file }, signal);
      reporter ??= runReporter(plan, { quiet: false });
      tellBy(reporter.note);
      const watch = new TrainingWatch(minutes, reporter);
      const log = logged(plan, options.version, watch.observer);
      const result = await runPlan(plan, {
        shared,
        signal: AbortSignal.any([signal, watch.signal]),
        observer: log.observer,
        versions: { etude: options.version },
      });
      const ended = () => log.ended(result.record, result.error);
      return { plan, result, fitting: signal.aborted ? undefined : watch.fitting, reporter, ended };
    };
    let ran = await run({}, options.minutes);
    if (ran.fitting !== undefined) {
      const steps = ran.fitting;
      ran.ended();
      ran.reporter.note(`training would take longer than ${options.minutes} minutes: ${steps} steps in place of more`);
      ran = await run({ train: { ...(sections as Sections).train, steps } }, Number.POSITIVE_INFINITY);
    }
    await conclude(ran.plan, ran.result, ran.reporter, signal);
    ran.ended();
    if (ran.result.error === undefined) console.log(`settings: ${plainText(relative('.', draft.file))}`);
  });
}

const SONG = { pipeline: 'song' };

/** The experiment that is written. */
class Draft {
  readonly workspace = findWorkspace();
  readonly file: string;
  readonly #source: readonly string[];

  /**
   * @param paths of the music
   * @param save what it is called; left out: as the first of them
   * @throws {InputError} where it cannot be called so, or there is no such music
   */
  constructor(paths: readonly string[], save: string | undefined) {
    const [first] = paths as [string];
    if (paths.includes('')) throw new InputError([{ place: 'song', message: 'expected music, found an empty name' }]);
    if (save !== undefined && basename(save) !== save) {
      const message = `expected a name without folders, such as mine.yaml, found "${save}"`;
      throw new InputError([{ place: '--save', message }]);
    }
    const own = basename(resolve(first), extname(first)).replace(/[^\p{L}\d_-]+/gu, '-');
    const name = save === undefined ? own.replace(/^-+|-+$/g, '') || 'song' : basename(save, extname(save));
    const place = save === undefined ? first : '--save';
    if (!isExperimentName(name)) throw new InputError([{ place, message: `expected a file's name, found "${save}"` }]);
    this.file = join(this.workspace, 'experiments', `${name}.yaml`);
    this.#source = paths.map((path) => {
      if (path.startsWith('dataset:')) return path;
      const location = resolve(path);
      if (kindAt(location) === undefined)
        throw new InputError([{ place: path, message: 'there is no such file or folder' }]);
      return isInside(location, this.workspace) ? relative(this.workspace, location) || '.' : location;
    });
    const there = existsSync(this.file) ? readFileSync(this.file, 'utf8') : undefined;
    const isSame = there?.startsWith(MARK) && isDeepStrictEqual([sourceIn(there)].flat(), this.#source);
    if (there !== undefined && !isSame) {
      const message = `experiments/${name}.yaml is an experiment already, of other music; --save another.yaml names another`;
      throw new InputError([{ place, message }]);
    }
  }

  /**
   * The path of another experiment, as this one names it: of one that is here, or else of one that comes with the program.
   * @throws {InputError} where there is none, or it is this one
   */
  pathOf(experiment: string): string {
    const refused = (message: string) => new InputError([{ place: '--like', message }]);
    const name = extname(experiment) === '' ? `${experiment}.yaml` : experiment;
    const folders = [dirname(this.file), join(SHIPPED, 'experiments')];
    const found = [resolve(name), ...folders.map((folder) => join(folder, basename(name)))].find(existsSync);
    if (found === undefined) {
      const known = folders.flatMap(yamlFilesIn).map((file) => basename(file, extname(file)));
      throw refused(`there is no experiment ${experiment}${suggestion(basename(name, extname(name)), known)}`);
    }
    if (found === this.file) throw refused(`${experiment} is what this would be called; --save another.yaml names it`);
    return isInside(found, this.workspace) ? relative(dirname(this.file), found) : basename(found);
  }

  write(experiment: Experiment, sections: Sections): void {
    mkdirSync(dirname(this.file), { recursive: true });
    const own = { 'extract-track': { ...sections['extract-track'], source: this.#source } };
    const text = stringify({ ...experiment, ...sections, ...own }, { lineWidth: 0 });
    writeFileSync(this.file, `${MARK}${schemaLine(this.workspace)}${text}`);
  }
}

function wantedOf({ songs, bars }: SongOptions): Record<string, unknown> {
  return { songs, ...(bars !== undefined && { bars }) };
}

/** Reads the music and chooses how to learn from it. Where there is nothing to learn from, no experiment stays behind. */
async function chosenSections(draft: Draft, options: SongOptions, signal: AbortSignal): Promise<Sections> {
  const isNew = !existsSync(draft.file);
  try {
    draft.write(SONG, {});
    return await sectionsFor(await planWithData({ config: draft.file }, signal), options, signal);
  } catch (error) {
    if (isNew) rmSync(draft.file);
    throw error instanceof SourceError ? new InputError([problemOf(error)]) : error;
  }
}

async function sectionsFor(plan: Plan, options: SongOptions, signal: AbortSignal): Promise<Sections> {
  const { source } = await readFiles(findStage(plan, 'extract-track'));
  const { pieces } = await extractPieces(
    { source: source! },
    extractionParams.parse({ track: 'all' }),
    availableThreads(),
    {
      // What is wrong in them the run will say.
      ...{ signal, progress: () => {}, say: () => {} },
      memo: { load: async () => undefined, save: async () => {} },
    },
  );
  const found = musicFound(pieces.map(pieceFromJson));
  const count = (n: number) => n.toLocaleString('en');
  const words = `${count(found.notes)} notes in ${found.pieces === 1 ? 'one piece' : `${count(found.pieces)} pieces`}`;
  if (found.notes < FEWEST_NOTES) {
    const message = `expected at least ${FEWEST_NOTES} notes to learn from, found ${words}`;
    throw new InputError([{ place: source![0]!.path, message }]);
  }
  const { why, settings } = chooseSettings(found, options);
  console.log(`${words}, ${why}`);
  if (found.notes < FEW_NOTES)
    console.log('that is little music: songs will stay close to it, or to what the model knew before');
  return settings;
}

/** What an experiment that this command wrote learns from. */
function sourceIn(text: string): unknown {
  try {
    return parse(text)['extract-track']?.source;
  } catch {
    return undefined;
  }
}

/** An error that begins with the file that it is about. */
function problemOf({ message }: SourceError): { place: string; message: string } {
  const end = message.indexOf(': ');
  return { place: message.slice(0, end), message: message.slice(end + 2) };
}
