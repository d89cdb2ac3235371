import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { soundsOf } from '@etude/audio';
import { artifactFolder, InputError, isPlainFile } from '@etude/engine';
import { type ComparedToShow, contentFormat, MOST_SOUNDS, pageHtml, type SweepToShow } from '@etude/page';
import type { ComparedExperiment } from '@etude/report';
import { REPORT } from './report-page.js';

/** Points of a sweep whose songs and curves are on its page; with more it would be too large to open, and nobody would hear them all. */
const MOST_POINTS = 20;

/**
 * A page of a sweep: all points by their measures, and the first side by side.
 * @throws {InputError} where one of those was run without the stage that gathers what a page shows
 */
export function sweepPage(workspace: string, sweep: SweepToShow, version: string): Promise<string> {
  const compared = sweep.points
    .slice(0, MOST_POINTS)
    .map(({ point, values }) => ({ name: `${sweep.name}/${point}`, params: values }));
  return comparisonPage(workspace, compared, version, sweep);
}

/**
 * A page of experiments side by side.
 * @param sweep of which they are points
 * @throws {InputError} where one of them was run without the stage that gathers what a page shows
 */
export async function comparisonPage(
  workspace: string,
  compared: readonly Pick<ComparedExperiment, 'name' | 'params'>[],
  version: string,
  sweep?: SweepToShow,
): Promise<string> {
  const experiments = compared.map(({ name, params }): ComparedToShow => {
    const content = join(artifactFolder(workspace, name), REPORT.stage, REPORT.content);
    if (!isPlainFile(content)) {
      throw new InputError([{ place: 'compare', message: `${name} has nothing for a page; run it again` }]);
    }
    const shown = sweep ? name.slice(sweep.name.length + 1) : name;
    return { name: shown, params, content: contentFormat.parse(readFileSync(content)) };
  });
  const played = experiments.flatMap(({ content }) => [...content.songs, ...content.sources]);
  const { bytes, samplesEach } = await soundsOf(
    played.map(({ midi }) => Buffer.from(midi, 'base64')),
    MOST_SOUNDS,
  );
  return pageHtml({
    ...{ title: sweep?.name ?? compared.map(({ name }) => name).join(', '), key: 'comparison' },
    data: {
      kind: 'comparison',
      experiments: experiments.map((each) => ({ ...each, content: { ...each.content, samplesEach } })),
      sweep,
      etude: version,
    },
    sounds: bytes,
  });
}
