import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { InputError } from '@etude/engine';
import { schemaLine } from './workspace.js';

const EXPERIMENT = `description: Songs like the music in the folder music, by a model that knows 3,337 tunes already.
extends: tune-book.yaml
extract-track:
  source: music
# What else can be set: etude explain experiments/first.yaml
`;

/** Makes a folder to work in: a place for music, a first experiment, and what git should leave out. */
export function initCommand(folder = '.'): void {
  const workspace = resolve(folder);
  const files: readonly (readonly [string, () => string])[] = [
    [join('experiments', 'first.yaml'), () => `${schemaLine(workspace)}${EXPERIMENT}`],
    ['.gitignore', () => 'artifacts/\n.etude/\n'],
  ];
  const there = files.map(([path]) => path).filter((path) => existsSync(join(workspace, path)));
  if (there.length > 0) {
    throw new InputError(
      there.map((path) => ({ place: join(folder, path), message: 'there is one already; nothing was written' })),
    );
  }
  for (const part of ['music', 'experiments', '.etude']) mkdirSync(join(workspace, part), { recursive: true });
  for (const [path, content] of files) writeFileSync(join(workspace, path), content());
  const way = relative('.', workspace);
  console.log(
    `Put MIDI or ABC files into ${join(way, 'music')}, then:${way === '' ? '' : ` cd ${way} &&`} etude run experiments/first.yaml`,
  );
}
