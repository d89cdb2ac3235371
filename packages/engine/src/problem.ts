import { closest, distance } from 'fastest-levenshtein';

/** Something wrong in what the user wrote, and where. */
export interface Problem {
  /** workspace-relative path, or the command-line option that it stands in */
  readonly place: string;
  /** counted from 1; absent for command-line options */
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
}

/** Problems that are put into words; of more only the number is said. */
export const MOST_PROBLEMS = 20;

/** The user's input is wrong; nothing has run. Holds every problem that was found. */
export class InputError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const more = problems.length - MOST_PROBLEMS;
    super(
      [
        ...problems.slice(0, MOST_PROBLEMS).map(formatProblem),
        ...(more > 0 ? [`and ${more.toLocaleString('en')} more problem${more === 1 ? '' : 's'}`] : []),
      ].join('\n'),
    );
    this.name = 'InputError';
    this.problems = problems;
  }
}

/** A stage failed, and this is all that its user needs to read: the message says what to do. */
export class StageError extends Error {
  override name = 'StageError';
}

/**
 * A stage failed for a reason that its user is no part of: its process died, or it has a bug. What a machine did may go well on another one.
 */
export class StageCrash extends StageError {
  override name = 'StageCrash';
}

/** What a worker was asked for is not in its store, which may be another one than that of who asks. */
export class NotInStore extends StageError {
  override name = 'NotInStore';
}

/** Adds problems to others, of which there may be more than a call has room for arguments. */
export function addAll(problems: Problem[], more: readonly Problem[]): void {
  for (const problem of more) problems.push(problem);
}

/**
 * `file:line:column: message`, which editors and terminals turn into links.
 * @example
 * formatProblem({ place: 'experiments/a.yaml', line: 3, column: 5, message: 'unknown stage "trains"' });
 * // 'experiments/a.yaml:3:5: unknown stage "trains"'
 */
export function formatProblem({ place, line, column, message }: Problem): string {
  return line === undefined ? `${place}: ${message}` : `${place}:${line}:${column}: ${message}`;
}

/** No valid word is nearly as long. */
const LONGEST_WORD = 100;

/**
 * `; did you mean "x"?` where one of the valid words is near, else the list of valid words.
 * @example
 * suggestion('samples', ['sample', 'train']); // '; did you mean "sample"?'
 * suggestion('mix', ['train', 'sample']); // '; expected one of sample, train'
 */
export function suggestion(word: string, valid: readonly string[]): string {
  if (valid.length === 0 || word.length > LONGEST_WORD) return '';
  const near = closest(word, [...valid]);
  if (distance(word, near) <= Math.max(2, Math.floor(word.length / 3))) return `; did you mean "${near}"?`;
  return `; expected one of ${[...valid].sort().join(', ')}`;
}

/** Warnings that are shown one by one; of more only the number is said. */
const MOST_WARNINGS = 10;

/** The first warnings of files that are left out, and how many more there are. */
export function firstWarnings(lines: readonly string[]): string[] {
  const more = lines.length - MOST_WARNINGS;
  return [
    ...lines.slice(0, MOST_WARNINGS),
    ...(more > 0 ? [`and ${more.toLocaleString('en')} more files left out`] : []),
  ];
}
