import type { TracedToken } from '@etude/generator';
import type { ExperimentMeasures } from '@etude/measures';
import { renderingParams, songToMidi } from '@etude/midi-writer';
import { type Piece, tempoMap } from '@etude/music';
import type { LearningCurve } from '@etude/trainer';
import type { PageContent, PageCopy, PagePiece } from './content.js';
import { placeOfCopy, ticksOfCopy } from './copies.js';
import { distributionsOf } from './distributions.js';
import { marksOf, sectionsOf, surpriseByQuarter } from './marks.js';
import { measureRows } from './measure-rows.js';
import { withOwnChannels } from './own-channels.js';
import { similarityDigits } from './similarity.js';

/** Pieces of the source that a page has at most: each is a MIDI file in it. */
const MOST_SOURCES = 8;

/** An experiment's results, in the order of its songs. */
export interface ExperimentToShow {
  /** MIDI files */
  readonly rendered: readonly Uint8Array[];
  /** the songs as the grammar has them, before they were arranged */
  readonly songs: readonly Piece[];
  readonly traces: readonly (readonly TracedToken[])[];
  /** what was learned from */
  readonly music: readonly Piece[];
  readonly measures: ExperimentMeasures;
  readonly curve: LearningCurve;
}

/**
 * What a page shows of an experiment.
 * @example
 * const content = pageContent({ rendered, songs, traces, music, measures, curve });
 * content.songs[0].copies[0]?.notes; // 8: its longest copied run
 */
export function pageContent(experiment: ExperimentToShow): PageContent {
  const { rendered, songs, traces, music, measures, curve } = experiment;
  const copied = measures.songs.flatMap(({ longestRun, runs }) =>
    [longestRun, ...runs].flatMap((run) => run?.source.piece ?? []),
  );
  const shown = [...new Set([0, ...copied])].slice(0, MOST_SOURCES);
  return {
    songs: songs.map((song, index) => {
      const { longestRun, runs } = measures.songs[index]!;
      const secondsAt = tempoMap(song);
      const copies = runs.length > 0 ? runs : longestRun ? [longestRun] : [];
      return {
        ...pagePiece(`Song ${index + 1}`, rendered[index]!),
        marks: marksOf(traces[index]!),
        sections: sectionsOf(traces[index]!),
        surprise: surpriseByQuarter(traces[index]!),
        copies: copies.map((run): PageCopy => {
          const { from, until } = ticksOfCopy(run, song, secondsAt);
          const piece = shown.indexOf(run.source.piece);
          const place = piece < 0 ? undefined : placeOfCopy(run, song, music[run.source.piece]!, secondsAt);
          return {
            ...{ notes: run.notes, from: from / song.division, until: until / song.division },
            source: place && { piece, ...place },
          };
        }),
        similarity: similarityDigits(song),
      };
    }),
    sources: shown.map((index) => {
      const piece = music[index]!;
      const name = music.length === 1 ? 'Source' : `Source ${index + 1}`;
      return pagePiece(name, songToMidi(withOwnChannels(piece), renderingParams.parse({})));
    }),
    sourceCount: music.length,
    curve,
    distributions: distributionsOf(songs, music),
    measures: measureRows(songs, measures, music),
  };
}

function pagePiece(name: string, midi: Uint8Array): PagePiece {
  return { name, midi: Buffer.from(midi).toString('base64') };
}
