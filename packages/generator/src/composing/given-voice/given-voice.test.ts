import { readFileSync } from 'node:fs';
import { readMidi } from '@etude/midi-reader';
import { piecesOf } from '@etude/music';
import { buildVocabulary, createGrammar, type GrammarSettings } from '@etude/tokenizer';
import { expect, it } from 'vitest';
import { givenMusic } from '../given-music.js';
import { givenVoice, type VoiceSettings } from './given-voice.js';

const canon = piecesOf(readMidi(readFileSync(new URL('../../../../../data/canon-in-d.mid', import.meta.url))))[0]!;
const prelude = piecesOf(
  readMidi(readFileSync(new URL('../../../../../data/prelude-bwv-846.mid', import.meta.url))),
)[0]!;

async function voice(grammar: GrammarSettings['grammar'], wanted: VoiceSettings, abc = 'DAFC', source = canon) {
  const settings = { grammar, division: source.division, steps: grammar === 'event-text' ? 0 : 4, velocities: 32 };
  const made = createGrammar(settings);
  const tune = `X:1\nT:tune\nM:4/4\nL:1/4\nQ:1/4=90\nK:D\n${abc}|\n`;
  const given = await givenMusic([{ path: 'tune.abc', bytes: () => Buffer.from(tune) }], settings, made);
  const vocabulary = buildVocabulary(made.encode(source), 'error');
  return givenVoice(wanted, given, { grammar: made, vocabulary }, 4 * made.division);
}

it('lasts as long as its bars', async () => {
  const { until } = await voice('session', { of: 'tune', as: 1 }, 'DAFC|D2');
  expect(until).toBe(8 * createGrammar({ grammar: 'session', division: 480, steps: 4, velocities: 32 }).division);
});

it.each<[string, Parameters<typeof voice>, string]>([
  ['no file of its name', ['session', { of: 'ground', as: 1 }], 'sample.given has no file of the name ground'],
  [
    'a grammar of one voice',
    ['event-text', { of: 'tune', as: 1 }, 'CEGc', { ...prelude, tracks: prelude.tracks.slice(-1) }],
    'session, factored or chord-frame',
  ],
  ['a part that is not there', ['session', { of: 'tune', as: 9 }], 'expected a part from 1 to'],
  ['a part by name where parts have numbers', ['factored', { of: 'tune', as: 'melody' }], 'expected a part from 1 to'],
  ['a number where there are no parts', ['chord-frame', { of: 'tune', as: 1 }], 'expected melody or bass, found 1'],
  ['music of one part', ['factored', { of: 'tune', as: 1 }, 'CEGc', prelude], 'nothing could be written round it'],
  [
    'a pitch that the part never has',
    ['session', { of: 'tune', as: 1 }, 'D^A'],
    'part 1 of the music learnt from never has the key 70',
  ],
])('tells of %s', async (_, wanted, message) => {
  await expect(voice(...wanted)).rejects.toThrow(message);
});

it('has no more lines come in beside it than are wanted', () => {
  const grammar = createGrammar({ grammar: 'score', division: 480, steps: 4, velocities: 1 });
  const tokens = grammar.encode(canon);
  const notes = [{ start: 0, end: 4 * grammar.division, key: 74 }];
  const voiceOf = (as: number, lines?: number) =>
    grammar.around!({ piece: canon, notes, as, bar: 4 * grammar.division, lines }, tokens)();
  const head = tokens.slice(
    0,
    tokens.findIndex((token) => token.startsWith('Program')),
  );
  const behind = (rule: ReturnType<typeof voiceOf>, text: string) => {
    for (const token of [...head.filter((token) => !token.startsWith('Tempo')), ...text.split(' ')]) rule.add(token);
    return rule.verdictOn('Program_42');
  };
  const first = 'Program_40 Pitch_72 Duration_16';
  expect(behind(voiceOf(1, 2), first)).toBe(true);
  expect(behind(voiceOf(1, 2), `${first} Program_42 Pitch_48 Duration_16`)).toBe(false);
  expect(behind(voiceOf(1), `${first} Program_42 Pitch_48 Duration_16`)).toBe(true);
});
