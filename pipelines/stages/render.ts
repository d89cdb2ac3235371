import { bytesFormat, defineStage, family } from '@etude/engine';
import { arrange, completed, renderingParams, songToMidi } from '@etude/midi-writer';
import { piecesFormat, randomStreams } from '@etude/music';
import { createGrammar, decodeSong, grammarFormat, piecesFor, SongError, songTokensFormat } from '@etude/tokenizer';

export const render = defineStage({
  name: 'render',
  version: 5,
  summary: 'Writes songs as MIDI files, played as the arrangement says',
  params: renderingParams,
  inputs: { songs: family(songTokensFormat), pieces: piecesFormat, grammar: grammarFormat },
  outputs: { songs: family(bytesFormat) },
  errors: [SongError],
  run({ inputs, params, say }) {
    const grammar = createGrammar(inputs.grammar);
    const [source] = piecesFor(grammar, inputs.pieces);
    const { humanize } = params.arrangement;
    const randoms = randomStreams(humanize?.seed ?? 0);
    const unused = new Set<number>();
    const songs = inputs.songs.map((tokens, index) => {
      const song = completed(decodeSong(grammar, tokens, index + 1), source!);
      const random = randoms.next().value;
      const played = arrange(song, params.arrangement, random.next.bind(random), (part) => void unused.add(part));
      return songToMidi(played, params);
    });
    for (const number of unused) say(`arrangement.parts[${number}] fits nothing in at least one song`);
    return { songs };
  },
});
