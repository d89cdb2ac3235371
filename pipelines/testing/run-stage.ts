import type { InputFile, Stage } from '@etude/pipeline';

type Content = string | Uint8Array;

export function inputFile(content: Content, path = 'fixture'): InputFile {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return { path, bytes, text: () => new TextDecoder().decode(bytes) };
}

/** Runs one stage outside the engine: its outputs by door, and what it said. */
export async function runStage(
  stage: Stage,
  {
    params = {},
    inputs = {},
    files = {},
  }: {
    params?: Record<string, unknown>;
    inputs?: Record<string, InputFile | InputFile[]>;
    files?: Record<string, InputFile>;
  },
): Promise<{ outputs: Record<string, InputFile[]>; said: string[] }> {
  const said: string[] = [];
  const outputs = await stage.run({
    ...{ params: stage.params.parse(params), inputs, files, signal: new AbortController().signal },
    checkpoint: { load: async () => undefined, save: async () => {} },
    progress: () => {},
    say: (line: string) => said.push(line),
  });
  const byDoor = Object.entries(outputs).map(([door, output]) => {
    return [door, [output].flat().map((content) => inputFile(content as Content))] as const;
  });
  return { outputs: Object.fromEntries(byDoor), said };
}
