import { readFileSync } from 'node:fs';
import { soundsOf } from '@etude/audio';
import type { TracedToken } from '@etude/generator';
import { measureSource, SongMeter } from '@etude/measures';
import { readMidi } from '@etude/midi-reader';
import { renderingParams, songToMidi } from '@etude/midi-writer';
import { excerpt, notesOf, type Piece, piecesOf, transpose } from '@etude/music';
import type { PageContent } from '../content/content.js';
import { type ExperimentToShow, pageContent } from '../content/page-content.js';
import { pageHtml, type RunToShow, type SweepToShow } from '../page-html.js';

/** The canon that is in the project. */
function canon(): Piece {
  const [piece] = piecesOf(readMidi(readFileSync(new URL('../../../../data/canon-in-d.mid', import.meta.url))));
  return piece!;
}

/** An experiment whose songs are parts of the canon in another key: in the first one all parts play from the beginning. */
export function smallExperiment(): ExperimentToShow {
  const piece = canon();
  const bar = 4 * piece.division;
  const songs = [excerpt(piece, 12 * bar, 20 * bar), excerpt(piece, 0, 4 * bar)].map((song) => transpose(song, 2)!);
  const meter = new SongMeter([[notesOf(piece)]]);
  const trace = (disturbance: string): TracedToken[] => [
    { quarter: 1, probability: 0.5, relaxed: '', disturbance: '', section: 'A' },
    { quarter: 6, probability: 0.1, relaxed: 'leap', disturbance, section: "A'" },
  ];
  return {
    ...{ songs, music: [piece] },
    rendered: songs.map((song) => songToMidi(song, renderingParams.parse({}))),
    traces: [trace('notes'), trace('')],
    measures: { songs: songs.map((song) => meter.measure(song)), source: measureSource([piece]) },
    curve: {
      points: [
        { step: 10, epoch: 1, trainingLoss: 2, validationLoss: 2.2 },
        { step: 20, epoch: 2, trainingLoss: 1.5, validationLoss: 1.9, copiedShare: 0.2 },
      ],
      kept: { step: 20, epoch: 2, trainingLoss: 1.5, validationLoss: 1.9, copiedShare: 0.2 },
    },
  };
}

const smallRun: RunToShow = {
  ...{ experiment: 'small', config: 'experiments/small.yaml', startedAt: '2026-01-02T03:04:05.678Z', seconds: 12 },
  versions: { node: '20.19.0', etude: '0.1.0' },
  stages: [
    {
      ...{ name: 'train', status: 'ran', reasons: ['train.units: 64 → 128'], seconds: 11, madeInSeconds: 11 },
      ...{ params: { units: 128, layers: 2 }, files: {}, outputs: [{ path: 'model.safetensors', bytes: 1e6 }] },
      ...{ after: [], said: ['</script> & <b>'] },
    },
  ],
  ownParams: ['train.units'],
};

/** The page of an experiment. */
export async function pageOf(experiment: ExperimentToShow): Promise<string> {
  const content = pageContent(experiment);
  return pageHtml({
    ...{ title: 'small', data: { kind: 'experiment', content, run: smallRun }, key: '1a2b' },
    sounds: (await soundsOf(filesOf(content))).bytes,
  });
}

/** The page of two experiments side by side. */
export async function comparisonOf(
  one: ExperimentToShow,
  other: ExperimentToShow,
  sweep?: SweepToShow,
): Promise<string> {
  const [a, b] = [pageContent(one), pageContent(other)];
  const experiments = [
    { name: 'one', params: { 'train.units': 64 }, content: a },
    { name: 'other', params: { 'train.units': 128 }, content: b },
  ];
  return pageHtml({
    ...{ title: 'one, other', data: { kind: 'comparison', experiments, sweep, etude: '0.1.0' }, key: '1a2b' },
    sounds: (await soundsOf([...filesOf(a), ...filesOf(b)])).bytes,
  });
}

function filesOf({ songs, sources }: PageContent): Uint8Array[] {
  return [...songs, ...sources].map(({ midi }) => Buffer.from(midi, 'base64'));
}
