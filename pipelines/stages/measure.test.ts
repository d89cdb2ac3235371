import { writeMidi } from '@etude/midi-writer';
import { pieceToJson } from '@etude/music';
import { createGrammar, tokenizationFormat } from '@etude/tokenizer';
import { expect, it } from 'vitest';
import { inputFile, runStage } from '../testing/run-stage.js';
import { measure } from './measure.js';

const settings = { grammar: 'event-text', division: 480, steps: 0, velocities: 32 } as const;
const grammar = createGrammar(settings);
// Six notes; what is held out has ten tokens, of which five begin a note.
const tokens = [60, 62, 64, 65, 67, 69].flatMap((key) => {
  const hex = key.toString(16);
  return [`0_90_${hex}_50`, `240_80_${hex}_00`];
});
const measured = async (curve: string, training: number, more: readonly string[] = []) => {
  const song = writeMidi({
    format: 0,
    division: 480,
    tracks: [{ events: [...grammar.decode(tokens).tracks[0]!.events] }],
  });
  const { outputs, said } = await runStage(measure, {
    inputs: {
      songs: [inputFile(song)],
      traces: [inputFile('token,quarter,probability,refused,relaxed,disturbance\n')],
      pieces: inputFile(`${pieceToJson(grammar.decode(tokens))}\n`),
      tokens: inputFile(`${[...tokens, ...more].join('\n')}\n`),
      grammar: inputFile(
        tokenizationFormat.serialize({ settings, notes: 6, parts: [{ tokens: 12 + more.length, training }] }),
      ),
      curve: inputFile(curve),
    },
  });
  return { likelihood: JSON.parse(outputs.measures![0]!.text()).likelihood, said: said.join('\n') };
};

it('tells the likelihood that the kept weights give held-out music, by token and by note', async () => {
  const { likelihood, said } = await measured(
    'step,epoch,training_loss,validation_loss,copied_share,kept\n10,1,3,2.5,0.1,\n20,1,2,1.5,0.1,yes\n30,1,1,1.2,0.9,\n',
    2,
  );
  expect(likelihood).toEqual({ natsPerToken: 1.5, natsPerNote: 3, tokens: 10, notes: 5 });
  expect(said).toContain('held-out music: 1.500 nats per token, 3.000 per note');
});

it('counts what ends a piece as a token', async () => {
  const { likelihood } = await measured(
    'step,epoch,training_loss,validation_loss,copied_share,kept\n20,1,2,1.5,,yes\n',
    2,
    ['EOS_None'],
  );
  expect(likelihood).toMatchObject({ tokens: 11, notes: 5 });
});

it('tells none where nothing is held out', async () => {
  const { likelihood, said } = await measured(
    'step,epoch,training_loss,validation_loss,copied_share,kept\n10,1,3,,,yes\n',
    12,
  );
  expect(likelihood).toBeUndefined();
  expect(said).not.toContain('nats');
});
