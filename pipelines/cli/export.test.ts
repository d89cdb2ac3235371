import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CliWorkspace } from '../testing/cli-workspace.js';

const workspace = new CliWorkspace();

it('writes a song as sound beside it, or where it is wanted', async () => {
  const { code, stdout } = await workspace.etude('export', 'data/prelude-bwv-846.mid', '--to', 'ogg');
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^data\/prelude-bwv-846\.ogg: \d+\.\d s, \d+(\.\d)? [kM]B\n$/),
  });
  expect(workspace.read('data/prelude-bwv-846.ogg').slice(0, 4)).toBe('OggS');
  await workspace.etude('export', 'data/prelude-bwv-846.mid', '--to', 'wav', '--output', 'mine.wav');
  expect(workspace.read('mine.wav').slice(0, 4)).toBe('RIFF');
});

it('writes the grammar factored for MidiTok', async () => {
  workspace.write('grammar.json', JSON.stringify({ grammar: 'factored', division: 480, steps: 4, velocities: 32 }));
  const { code, stdout } = await workspace.etude('export', 'grammar.json', '--to', 'miditok');
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^miditok\.json: \d+(\.\d)? kB\n$/) });
  expect(JSON.parse(workspace.read('miditok.json'))).toMatchObject({ tokenization: 'REMI' });
});

it.each([
  [['nothing.mid', '--to', 'mp3'], 'nothing.mid: there is no such file\n'],
  [['data', '--to', 'mp3'], 'data: expected a MIDI file, found a folder\n'],
  [['broken.mid', '--to', 'mp3'], /^broken\.mid: byte 0: expected a MIDI header.*\n$/],
  [
    ['data/canon-in-d.mid', '--to', 'mp4'],
    /Allowed choices are wav, mp3, ogg, musicxml, pdf, svg, tensorboard, onnx, miditok/,
  ],
  [['data/canon-in-d.mid', '--to', 'tensorboard'], /^data\/canon-in-d\.mid: expected the columns step,epoch,.*\n$/],
  [['data/canon-in-d.mid', '--to', 'onnx'], /^data\/canon-in-d\.mid: .*safetensors.*\n$/],
  [['score.json', '--to', 'miditok'], /^score\.json: .*expected factored, found score\n$/],
  [['data/canon-in-d.mid', '--to', 'miditok'], /^data\/canon-in-d\.mid: .*JSON.*\n$/],
  [['empty.json', '--to', 'miditok'], 'empty.json: expected a grammar, as a stage writes it\n'],
  [['data/canon-in-d.mid'], /required option '--to <format>'/],
  [
    ['data/canon-in-d.mid', 'data/prelude-bwv-846.mid', '--to', 'wav', '--output', 'x.wav'],
    '--output: several files cannot become one; leave it out\n',
  ],
])('says what is wrong with %j', async (args, wanted) => {
  writeFileSync(workspace.path('broken.mid'), 'no MIDI file');
  workspace.write('empty.json', '{}');
  workspace.write('score.json', JSON.stringify({ grammar: 'score', division: 480, steps: 4, velocities: 32 }));
  const { code, stderr } = await workspace.etude('export', ...args);
  expect(code).toBe(2);
  if (typeof wanted === 'string') expect(stderr).toBe(wanted);
  else expect(stderr).toMatch(wanted);
});

it('says how to get what writes sheet music, which is no part of Etude', async () => {
  const env = { ...process.env, ETUDE_CACHE_DIR: workspace.path('cache') };
  const { code, stderr } = await workspace.start(['export', 'data/canon-in-d.mid', '--to', 'pdf'], env).finished;
  expect(code).toBe(2);
  expect(stderr).toMatch(/^--to: pdf is written by webmscore.*npm install --prefix ".*webmscore-1\.2\.1" .*\n$/);
});
