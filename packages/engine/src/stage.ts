import type * as z from 'zod';
import { StageError } from './problem.js';

/** What a stage writes: text is stored as UTF-8. */
type Content = string | Uint8Array;

/** A file that a parameter names, as a stage sees it. */
export interface WorkspaceFile {
  /** workspace-relative, for messages only */
  readonly path: string;
  /** relative to the folder that all files of the parameter are in; outputs may depend on it where there are several */
  readonly name: string;
  /** absolute */
  readonly location: string;
  /** SHA-256 of its bytes, in hexadecimal, when the run began */
  readonly digest: string;
  /** @throws {StageError} where they are not what they were when the run began */
  bytes(): Uint8Array;
}

/**
 * How one kind of artifact is written and read: what a stage returns for an output is serialized, and what it gets from an input is
 * parsed. Packages declare formats beside the types that they are of, and know no engine.
 */
export interface Format<T, W = T> {
  /** @throws {Error} that says what was expected and what was found, where the bytes are of another kind */
  parse(bytes: Uint8Array): T;
  serialize(value: W): Content;
}

/** A format of records that are read one after the other, since there may be many; a stage can go through them more than once. */
interface RecordsFormat<T, W> {
  /** @throws {Error} on the way, where the bytes are of another kind */
  parseEach(bytes: Uint8Array): Iterable<T>;
  serialize(value: W): Content;
}

/** UTF-8 text as it is. */
export const textFormat: Format<string> = {
  parse: (bytes) => new TextDecoder().decode(bytes),
  serialize: (text) => text,
};

/** Bytes as they are. */
export const bytesFormat: Format<Uint8Array> = { parse: (bytes) => bytes, serialize: (bytes) => bytes };

/** A numbered family of artifacts of one format: `song-1.mid`, `song-2.mid`, … */
export interface Family<F> {
  readonly each: F;
}

/**
 * The port of a numbered family of artifacts of one format.
 * @example
 * const outputs = { songs: family(textFormat) }; // a stage returns { songs: ['first', 'second'] }
 */
export function family<F extends AnyFormat>(format: F): Family<F> {
  return { each: format };
}

// biome-ignore lint/suspicious/noExplicitAny: ports of many types are in one record
export type AnyFormat = Format<any, any> | RecordsFormat<any, any>;
/** An input or an output of a stage. */
export type Port = AnyFormat | Family<AnyFormat>;
export type Ports = Readonly<Record<string, Port>>;

/**
 * Whether a port is that of a family of artifacts.
 * @example
 * isFamily(family(textFormat)); // true
 */
export function isFamily(port: Port): port is Family<AnyFormat> {
  return 'each' in port;
}

/** What a stage gets from its inputs. */
type InputValues<I extends Ports> = {
  readonly [K in keyof I]: I[K] extends Family<infer F> ? readonly Parsed<F>[] : Parsed<I[K]>;
};
type Parsed<F> = F extends { parse(bytes: Uint8Array): infer T }
  ? T
  : F extends { parseEach(bytes: Uint8Array): Iterable<infer T> }
    ? Iterable<T>
    : never;

/** What a stage returns for its outputs. */
export type OutputValues<O extends Ports> = {
  readonly [K in keyof O]: O[K] extends Family<infer F> ? readonly Serialized<F>[] : Serialized<O[K]>;
};
type Serialized<F> = F extends { serialize(value: infer W): Content } ? W : never;

export interface Progress {
  readonly done: number;
  readonly total: number;
  /** what `done` and `total` count: "steps" */
  readonly unit: string;
  /** what else is worth showing: "loss 1.93, 5,120 tokens/s" */
  readonly detail?: string;
  /** what can be drawn over `done`, by name: `{ loss: 1.93 }` */
  readonly figures?: Readonly<Record<string, number>>;
}

/** One piece of data that outlives an interrupted run. It is kept as a whole or not at all, and verified when read. */
export interface Checkpoint {
  load(): Promise<Uint8Array | undefined>;
  save(bytes: Uint8Array): Promise<void>;
}

interface StageContext<P, I extends Ports> {
  readonly params: P;
  /** parsed where they are asked for */
  readonly inputs: InputValues<I>;
  /** the files that parameters made with `workspaceFiles` name, by parameter, in the order of their names */
  readonly files: Readonly<Record<string, readonly WorkspaceFile[]>>;
  /** aborted when the user stops the run: long work should then throw `signal.reason` */
  readonly signal: AbortSignal;
  /** where long work keeps what it can go on from after an interruption; see `checkpointParams` */
  readonly checkpoint: Checkpoint;
  /** what the stage found out before about any inputs, with its present version and parameters; for speed alone */
  readonly memo: Checkpoint;
  progress(progress: Progress): void;
  /** one line that the user should see: a choice that was made, something odd in the input */
  say(line: string): void;
}

/**
 * A stage: a pure function from input artifacts and parameters to output artifacts. Its fingerprint is made of `name`,
 * `version`, the parameters and the digests of the inputs, so `version` has to grow whenever its output changes.
 */
export interface StageDefinition<P extends z.ZodObject, I extends Ports, O extends Ports> {
  readonly name: string;
  readonly version: number;
  /** one line for the reference page */
  readonly summary: string;
  /** types, defaults, validation, editor completion and reference page of the parameters */
  readonly params: P;
  /** what parameters were called in earlier versions, and what they are now: for the error that an old file gets */
  readonly renamed?: Readonly<Record<string, string>>;
  /** stages of earlier versions whose work this one does, and what their parameters are now: `stage.parameter` */
  readonly replaces?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly inputs: I;
  readonly outputs: O;
  /**
   * The parameters that a checkpoint depends on; all of them if left out. A stage whose parameter only says how far to go
   * leaves that one out here, and goes on from where it ended with a smaller one.
   */
  checkpointParams?(params: z.output<P>): Readonly<Record<string, unknown>>;
  /** about how many bytes of memory it takes, for those that run several stages at a time */
  memory?(params: z.output<P>): number;
  /** errors that tell the user what to change: of these only the message is shown, as of a {@link StageError} */
  readonly errors?: readonly (new (
    message: string,
  ) => Error)[];
  run(context: StageContext<z.output<P>, I>): Promise<OutputValues<O>> | OutputValues<O>;
}

/** A stage of any parameters and ports, as the engine handles them. */
export interface Stage extends Omit<StageDefinition<z.ZodObject, Ports, Ports>, 'run' | 'checkpointParams' | 'memory'> {
  // biome-ignore lint/suspicious/noExplicitAny: as below
  checkpointParams?(params: any): Readonly<Record<string, unknown>>;
  // biome-ignore lint/suspicious/noExplicitAny: as below
  memory?(params: any): number;
  // biome-ignore lint/suspicious/noExplicitAny: a list of stages holds contexts of many types; defineStage checks each
  run(context: StageContext<any, any>): Promise<OutputValues<Ports>> | OutputValues<Ports>;
}

/**
 * Declares a stage.
 * @example
 * export const upper = defineStage({
 *   name: 'upper',
 *   version: 1,
 *   summary: 'Writes a text in capitals',
 *   params: z.strictObject({ times: z.int().min(1).default(1).describe('how often to repeat the text') }),
 *   inputs: { text: textFormat },
 *   outputs: { text: textFormat },
 *   run: ({ params, inputs }) => ({ text: inputs.text.toUpperCase().repeat(params.times) }),
 * });
 */
export function defineStage<P extends z.ZodObject, const I extends Ports, const O extends Ports>(
  definition: StageDefinition<P, I, O>,
): Stage {
  const { errors = [] } = definition;
  return {
    ...definition,
    async run(context) {
      try {
        return await definition.run(context);
      } catch (error) {
        throw errors.some((kind) => error instanceof kind) ? new StageError((error as Error).message) : error;
      }
    },
  };
}

/** @throws {StageError} where this program has no such stage */
export function stageOf(stages: readonly Stage[], { stage, version }: { stage: string; version: number }): Stage {
  const found = stages.find((each) => each.name === stage && each.version === version);
  if (found === undefined) throw new StageError(`there is no stage ${stage} of version ${version} in this build`);
  return found;
}

/**
 * A parameter that names files of the workspace: a path of a file or of a folder, a pattern such as `music/*.mid`, or a list of
 * those. The identity of one file in a fingerprint is the digest of its bytes, not its path; of several their names count as well.
 * @param extensions of the files that count in a folder, without the dot, in lower case
 * @example
 * const params = z.strictObject({ source: workspaceFiles(z.string(), ['mid', 'abc']) });
 */
export function workspaceFiles<T extends z.ZodType>(schema: T, extensions: readonly string[]): T {
  return schema.meta({ ...schema.meta(), workspaceFiles: extensions });
}

/**
 * A parameter that says how a stage computes and changes nothing of what comes out, such as a number of threads: no fingerprint
 * counts it.
 * @example
 * const params = z.strictObject({ threads: withoutEffect(z.int().min(1).default(1)) });
 */
export function withoutEffect<T extends z.ZodType>(schema: T): T {
  return schema.meta({ ...schema.meta(), withoutEffect: true });
}

/** Those of the parameters that the outputs of a stage depend on. */
export function paramsWithEffect(stage: Stage, params: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(params).filter(([name]) => !stage.params.shape[name]?.meta?.()?.withoutEffect),
  );
}

/**
 * The parameters of a stage that were made with {@link workspaceFiles}, with the extensions that count.
 * @example
 * fileParameters(stage); // Map { 'source' => ['mid', 'abc'] }
 */
export function fileParameters(stage: Stage): Map<string, readonly string[]> {
  const found = Object.entries(stage.params.shape).map(
    ([name, schema]) => [name, (schema as z.ZodType).meta()?.workspaceFiles as readonly string[] | undefined] as const,
  );
  return new Map(found.filter((entry): entry is [string, readonly string[]] => entry[1] !== undefined));
}

/** The stage that does the work of one of an earlier version; undefined where there is none. */
export function successorOf(name: string, stages: readonly Stage[]): Stage | undefined {
  return stages.find(({ replaces = {} }) => Object.hasOwn(replaces, name));
}
