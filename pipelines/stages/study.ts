import { defineStage } from '@etude/engine';
import { measureSource, sourceFormat } from '@etude/measures';
import { musicOf, piecesFormat, pieceToJson } from '@etude/music';
import { createGrammar, grammarFormat, piecesFor } from '@etude/tokenizer';
import * as z from 'zod';

export const study = defineStage({
  name: 'study',
  version: 3,
  summary:
    'Finds out what songs are composed after and measured against: the music as the grammar takes it, and what is normal in it',
  params: z.strictObject({}),
  inputs: { pieces: piecesFormat, grammar: grammarFormat },
  outputs: { music: piecesFormat, source: sourceFormat },
  run({ inputs }) {
    const known = [...inputs.pieces].filter(({ splitPart }) => splitPart !== 'test');
    const music = [...piecesFor(createGrammar(inputs.grammar), known)].map(musicOf);
    return { music: music.map(pieceToJson), source: measureSource(music) };
  },
});
