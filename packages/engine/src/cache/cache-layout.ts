import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import { isFamily, type Ports } from '../stage.js';

const cachedStage = z.object({
  outputs: z.record(
    z.string(),
    z.array(z.object({ digest: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.int().min(0) })),
  ),
  /** how long the stage ran */
  seconds: z.number(),
  /** what it told its user; absent in caches of before it was kept */
  said: z.array(z.string()).optional(),
  /** what kind of machine it ran on; absent of what ran on this one */
  madeOn: z.string().optional(),
  /** SHA-256 of the task that it ran, in the shared cache */
  task: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
});

/** What the cache keeps of a stage that ran: its artifacts by port, in the order of their numbers. */
export type CachedStage = z.output<typeof cachedStage>;

/** Who wrote what the cache keeps: for its user, who wants to know what takes the space. */
export interface Origin {
  readonly experiment: string;
  /** the experiment's file */
  readonly config: string;
  readonly stage: string;
}

/** The record of a stage that ran; undefined for anything else, also for one of other outputs. */
export function parseRecord(bytes: Uint8Array, ports?: Ports): CachedStage | undefined {
  try {
    const cached = cachedStage.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
    const { outputs } = cached;
    if (ports === undefined) return cached;
    const fits =
      Object.keys(outputs).length === Object.keys(ports).length &&
      Object.entries(ports).every(([name, port]) => outputs[name] && (isFamily(port) || outputs[name].length === 1));
    return fits ? cached : undefined;
  } catch {
    return undefined;
  }
}

/** A digest as cacache writes it. */
export function integrityOf(digest: string): string {
  return `sha256-${Buffer.from(digest, 'hex').toString('base64')}`;
}

/** The digest that cacache wrote; undefined for anything else. */
export function digestIn(integrity: unknown): string | undefined {
  const [, base64 = ''] = /^sha256-([\w+/]+=*)$/.exec(String(integrity)) ?? [];
  const hex = Buffer.from(base64, 'base64').toString('hex');
  return hex.length === 64 ? hex : undefined;
}

/**
 * The digest under a key, in the lines that cacache keeps of it: each has the SHA-1 of an entry, a tab, and the entry as JSON, and the
 * last whole one of a key counts. Read here, since loading cacache takes longer than finding out that nothing has to run.
 */
export function digestUnder(lines: string, key: string): string | undefined {
  let digest: string | undefined;
  for (const line of lines.split('\n')) {
    const [hash, json = ''] = line.split('\t');
    if (createHash('sha1').update(json).digest('hex') !== hash) continue;
    const entry: { key?: unknown; integrity?: unknown } = JSON.parse(json);
    if (entry.key === key) digest = digestIn(entry.integrity);
  }
  return digest;
}

/** Where cacache keeps content. */
export function contentPath(folder: string, digest: string): string {
  return join(folder, 'content-v2', 'sha256', ...segments(digest));
}

/** Where cacache keeps the lines of a key. */
export function indexPath(folder: string, key: string): string {
  return join(folder, 'index-v5', ...segments(createHash('sha256').update(key).digest('hex')));
}

function segments(hex: string): string[] {
  return [hex.slice(0, 2), hex.slice(2, 4), hex.slice(4)];
}
