import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { inputValues, isFamily, type Stage, type WorkspaceFile } from '@etude/engine';

type Content = string | Uint8Array;

/** An artifact. */
export interface InputFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  text(): string;
}

export function inputFile(content: Content, path = 'fixture'): InputFile {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return { path, bytes, text: () => new TextDecoder().decode(bytes) };
}

/** A file on the disk, as a parameter would name it. */
export function workspaceFile(bytes: Uint8Array, path: string): WorkspaceFile {
  const name = basename(path);
  const location = join(mkdtempSync(join(tmpdir(), 'etude-stage-')), name);
  writeFileSync(location, bytes);
  return { path, name, location, digest: createHash('sha256').update(bytes).digest('hex'), bytes: () => bytes };
}

/** Runs one stage outside the engine: its outputs, serialized, and what it said. */
export async function runStage(
  stage: Stage,
  {
    params = {},
    inputs = {},
    files = {},
    memo = { load: async () => undefined, save: async () => {} },
    said = [],
  }: {
    params?: Record<string, unknown>;
    inputs?: Record<string, InputFile | InputFile[]>;
    files?: Record<string, WorkspaceFile[]>;
    memo?: { load(): Promise<Uint8Array | undefined>; save(bytes: Uint8Array): Promise<void> };
    /** where its lines go, for a stage that fails */
    said?: string[];
  },
): Promise<{ outputs: Record<string, InputFile[]>; said: string[] }> {
  const outputs = await stage.run({
    ...{ params: stage.params.parse(params), files, signal: new AbortController().signal },
    inputs: inputValues(
      stage.inputs,
      Object.fromEntries(Object.entries(inputs).map(([name, read]) => [name, [read].flat()])),
    ),
    memo,
    checkpoint: { load: async () => undefined, save: async () => {} },
    progress: () => {},
    say: (line: string) => said.push(line),
  });
  const serialized = Object.entries(stage.outputs).map(([name, port]) => {
    const values = isFamily(port) ? (outputs[name] as unknown[]) : [outputs[name]];
    const { serialize } = isFamily(port) ? port.each : port;
    return [name, values.map((value) => inputFile(serialize(value)))] as const;
  });
  return { outputs: Object.fromEntries(serialized), said };
}
