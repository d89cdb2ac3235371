import { soundsOf } from '@etude/audio';
import { bytesFormat, defineStage, family } from '@etude/engine';
import { traceFormat } from '@etude/generator';
import { measuresFormat } from '@etude/measures';
import { completed } from '@etude/midi-writer';
import { piecesFormat } from '@etude/music';
import { contentFormat, MOST_SOUNDS, pageContent } from '@etude/page';
import { createGrammar, decodeSong, grammarFormat, SongError, songTokensFormat } from '@etude/tokenizer';
import { learningCurveFormat } from '@etude/trainer';
import * as z from 'zod';

export const report = defineStage({
  name: 'report',
  version: 4,
  summary: 'Gathers what the page of the experiment shows and plays: report.html beside the folders of the stages',
  params: z.strictObject({}),
  inputs: {
    rendered: family(bytesFormat),
    songs: family(songTokensFormat),
    traces: family(traceFormat),
    grammar: grammarFormat,
    music: piecesFormat,
    measures: measuresFormat,
    curve: learningCurveFormat,
  },
  outputs: { content: contentFormat, sounds: bytesFormat },
  errors: [SongError],
  async run({ inputs }) {
    const grammar = createGrammar(inputs.grammar);
    const { rendered, traces, measures, curve } = inputs;
    const music = [...inputs.music];
    const songs = inputs.songs.map((tokens, index) => completed(decodeSong(grammar, tokens, index + 1), music[0]!));
    const content = pageContent({ rendered, songs, traces, music, measures, curve });
    const played = [...content.songs, ...content.sources].map(({ midi }) => Buffer.from(midi, 'base64'));
    const { bytes, samplesEach } = await soundsOf(played, MOST_SOUNDS);
    return { content: { ...content, samplesEach }, sounds: bytes };
  },
});
