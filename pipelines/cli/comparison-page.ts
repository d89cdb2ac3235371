import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { soundsOf } from '@etude/audio';
import { artifactFolder, InputError, isPlainFile } from '@etude/engine';
import { type ComparedToShow, contentFormat, MOST_SOUNDS, pageHtml } from '@etude/page';
import type { ComparedExperiment } from '@etude/report';
import { REPORT } from './report-page.js';

/**
 * A page of experiments side by side.
 * @throws {InputError} where one of them was run without the stage that gathers what a page shows
 */
export async function comparisonPage(
  workspace: string,
  compared: readonly ComparedExperiment[],
  version: string,
): Promise<string> {
  const experiments = compared.map(({ name, params }): ComparedToShow => {
    const content = join(artifactFolder(workspace, name), REPORT.stage, REPORT.content);
    if (!isPlainFile(content)) {
      throw new InputError([{ place: 'compare', message: `${name} has nothing for a page; run it again` }]);
    }
    return { name, params, content: contentFormat.parse(readFileSync(content)) };
  });
  const played = experiments.flatMap(({ content }) => [...content.songs, ...content.sources]);
  const { bytes, samplesEach } = await soundsOf(
    played.map(({ midi }) => Buffer.from(midi, 'base64')),
    MOST_SOUNDS,
  );
  return pageHtml({
    ...{ title: compared.map(({ name }) => name).join(', '), key: 'comparison' },
    data: {
      kind: 'comparison',
      experiments: experiments.map((each) => ({ ...each, content: { ...each.content, samplesEach } })),
      etude: version,
    },
    sounds: bytes,
  });
}
