import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { keyOfPage } from '@etude/page';
import { CliWorkspace, type Finished } from '../testing/cli-workspace.js';

/** Trains long enough to be interrupted, and ends between two points of the learning curve. */
const EXPERIMENT = `extends: tiny.yaml
train: { steps: 40, evaluateEvery: 7 }
sample: { takes: 2 }
`;
export const RUN = ['run', '--config', 'experiments/faults.yaml'];
const ARTIFACTS = join('artifacts', 'faults');

/** A workspace that faults are done to. */
export class FaultWorkspace {
  readonly cli: CliWorkspace;

  /** @param state a folder with `.etude` and `artifacts` as an earlier run left them */
  constructor(state?: string, folder = mkdtempSync(join(tmpdir(), 'etude-faults-'))) {
    this.cli = new CliWorkspace(folder);
    this.cli.write('experiments/faults.yaml', EXPERIMENT);
    if (state !== undefined) {
      for (const part of ['.etude', 'artifacts']) cpSync(join(state, part), this.cli.path(part), { recursive: true });
    }
  }

  /** The digest of every file that a run leaves but its record, by its path. */
  published(): Map<string, string> {
    const folder = this.cli.path(ARTIFACTS);
    // These tell when things happened.
    const others = ['run.json', 'events.jsonl'].map((name) => join(folder, name));
    const files = filesBelow(folder).filter((file) => !others.includes(file));
    return new Map(
      files.map((file) => {
        const path = relative(folder, file).split(sep).join('/');
        const bytes = readFileSync(file);
        // The page tells how long the run took: it is what it should be where it shows the same, and is whole.
        const page = path === 'report.html' ? keyOfPage(bytes.toString()) : undefined;
        return [path, page ?? createHash('sha256').update(bytes).digest('hex')];
      }),
    );
  }

  remove(): void {
    rmSync(this.cli.folder, { recursive: true, force: true });
  }
}

/** What is wrong with what a process left, against an unbroken run: files half written, unreadable records, stack traces. */
export function problemsAfter(
  workspace: FaultWorkspace,
  whole: ReadonlyMap<string, string>,
  ended: Finished,
): string[] {
  const problems: string[] = [];
  for (const [path, digest] of workspace.published()) {
    const wanted = whole.get(path);
    if (wanted === undefined ? !isTemporary(path) : wanted !== digest)
      problems.push(`${path} is not that of an unbroken run`);
  }
  const record = workspace.cli.path(ARTIFACTS, 'run.json');
  if (existsSync(record)) {
    try {
      JSON.parse(readFileSync(record, 'utf8'));
    } catch (error) {
      problems.push(`run.json: ${(error as Error).message}`);
    }
  }
  return [...problems, ...problemsOf(ended)];
}

/** What is wrong with a run that should have come to its end. */
export function problemsAtEnd(
  workspace: FaultWorkspace,
  whole: ReadonlyMap<string, string>,
  ended: Finished,
): string[] {
  const published = workspace.published();
  const missing = [...whole.keys()].filter((path) => !published.has(path)).map((path) => `${path} is missing`);
  const strays = [...published.keys()].filter((path) => !whole.has(path)).map((path) => `${path} was left behind`);
  const code =
    ended.code === 0 ? [] : [`exit code ${ended.code}: ${ended.stdout.slice(-300)}${ended.stderr.slice(-500)}`];
  return [...code, ...missing, ...strays, ...problemsAfter(workspace, whole, ended)];
}

function problemsOf({ code, signal, stdout, stderr }: Finished): string[] {
  const said = `${stdout}\n${stderr}`;
  const trace = /^\s+at .+:\d+:\d+\)?$|fault of Etude's own|\[object Object\]/m.exec(said);
  const crash = signal !== null && !['SIGKILL', 'SIGTERM', 'SIGHUP', 'SIGINT'].includes(signal);
  return [
    ...(trace
      ? [`a stack trace, exit code ${code}: ${said.slice(Math.max(0, trace.index - 600), trace.index + 300)}`]
      : []),
    ...(crash ? [`ended by ${signal}`] : []),
  ];
}

/** Written aside, to be renamed. */
function isTemporary(path: string): boolean {
  return path.endsWith('.tmp');
}

export function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile())
    .sort();
}
