import { type AudioFormat, encodeAudio, renderAudio } from '@etude/audio';
import { bytesFormat, defineStage, family } from '@etude/engine';
import { arrange, completed, renderingParams, songToMidi } from '@etude/midi-writer';
import { piecesFormat, randomStreams } from '@etude/music';
import { createGrammar, decodeSong, grammarFormat, piecesFor, SongError, songTokensFormat } from '@etude/tokenizer';
import * as z from 'zod';

export const render = defineStage({
  name: 'render',
  version: 6,
  summary: 'Writes songs as MIDI files, played as the arrangement says, and as sound where that is wanted',
  params: renderingParams.extend({
    audio: z
      .array(z.enum(['wav', 'mp3', 'ogg']))
      .default([])
      .describe('write each song as sound as well, with the sounds of the page: [mp3]'),
  }),
  inputs: { songs: family(songTokensFormat), pieces: piecesFormat, grammar: grammarFormat },
  outputs: { songs: family(bytesFormat), wav: family(bytesFormat), mp3: family(bytesFormat), ogg: family(bytesFormat) },
  errors: [SongError],
  async run({ inputs, params: { audio, ...params }, say, progress, signal }) {
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
    const sounds: Record<AudioFormat, Uint8Array[]> = { wav: [], mp3: [], ogg: [] };
    for (const [index, song] of (audio.length > 0 ? songs : []).entries()) {
      progress({ done: index, total: songs.length, unit: 'songs', detail: 'as sound' });
      const sound = await renderAudio(song, { signal });
      for (const format of new Set(audio)) sounds[format].push(await encodeAudio(sound, format));
    }
    return { songs, ...sounds };
  },
});
