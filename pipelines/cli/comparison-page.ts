import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { soundsOf } from '@etude/audio';
import { artifactFolder, InputError, isPlainFile, writeBeside } from '@etude/engine';
import { type ComparedToShow, contentFormat, pageHtml } from '@etude/page';
import { REPORT } from './report-page.js';

interface Compared {
  readonly names: readonly string[];
  /** of each, those that are not the same in all */
  readonly params: readonly ComparedToShow['params'][];
  readonly version: string;
}

/**
 * Writes a page of experiments side by side.
 * @throws {InputError} where one of them was run without the stage that gathers what a page shows
 */
export async function writeComparisonPage(
  path: string,
  workspace: string,
  { names, params, version }: Compared,
): Promise<void> {
  const experiments = names.map((name, index): ComparedToShow => {
    const content = join(artifactFolder(workspace, name), REPORT.stage, REPORT.content);
    if (!isPlainFile(content)) {
      throw new InputError([{ place: 'compare', message: `${name} has nothing for a page; run it again` }]);
    }
    return { name, params: params[index]!, content: contentFormat.parse(readFileSync(content)) };
  });
  const played = experiments.flatMap(({ content }) => [...content.songs, ...content.sources]);
  const page = await pageHtml({
    ...{ title: names.join(', '), key: 'comparison' },
    data: { kind: 'comparison', experiments, etude: version },
    sounds: await soundsOf(played.map(({ midi }) => Buffer.from(midi, 'base64'))),
  });
  await writeBeside(dirname(path), basename(path), page);
}
