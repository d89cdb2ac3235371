import { createHash } from 'node:crypto';
import { configure } from 'safe-stable-stringify';

/** What a stage's output depends on, and nothing else: not the path, not the clock, not other stages' parameters. */
export interface Ingredients {
  readonly stage: string;
  readonly version: number;
  readonly params: Readonly<Record<string, unknown>>;
  /** digest by port or by the parameter that names a file; a list for a numbered family */
  readonly inputs: Readonly<Record<string, string | readonly string[]>>;
}

/** JSON with the keys of every object in order; refuses what JSON cannot hold, such as NaN. */
export const canonicalJson: (value: unknown) => string | undefined = configure({ strict: true, deterministic: true });

/** The SHA-256 of some bytes (or of a text's UTF-8) in hexadecimal: the identity of an artifact. */
export function digestOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Names the outputs of a stage: equal ingredients have equal fingerprints whatever order they are written in. */
export function fingerprintOf({ stage, version, params, inputs }: Ingredients): string {
  return digestOf(canonicalJson({ stage, version, params, inputs })!);
}
