import { describe, expect, it } from 'vitest';
import { runStage, workspaceFile } from '../testing/run-stage.js';
import { readFrames } from './read-frames.js';

const read = (value: unknown, params = {}) =>
  runStage(readFrames, {
    params: { source: 'rolls.json', ...params },
    files: {
      source: [workspaceFile(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)), 'rolls.json')],
    },
  });
const rolls = { train: [[[64, 60], [62]]], valid: [[[60]]], test: [[[64], []]] };

describe('read-frames', () => {
  it('writes frames as tokens, low to high, and keeps the three parts apart', async () => {
    const { outputs, said } = await read(rolls);
    const text = (name: string) => outputs[name]![0]!.text().split(/\s+/).join(' ').trim();
    expect(text('tokens')).toBe(
      'Pitch_60 Pitch_64 Frame_None Pitch_62 Frame_None EOS_None Pitch_60 Frame_None EOS_None',
    );
    expect(text('test')).toBe('Pitch_64 Frame_None Frame_None EOS_None');
    expect(text('augmented')).toBe('');
    expect(JSON.parse(text('split'))).toEqual([
      { tokens: 6, training: 6 },
      { tokens: 3, training: 0 },
    ]);
    expect(said[1]).toBe('2, 1 and 2 frames; 0 tokens in other keys');
  });

  it('notes down other keys of what is learnt from alone, told by a token', async () => {
    const { outputs } = await read(rolls, { transposeToAllKeys: true, keyToken: true });
    expect(JSON.parse(outputs.split![0]!.text())).toEqual([
      { tokens: 7, training: 7, keys: [1, 2, 3, 4, 5, 6, -1, -2, -3, -4, -5] },
      { tokens: 4, training: 0 },
    ]);
    expect(outputs.test![0]!.text()).toMatch(/^Transposed_0 Pitch_64/);
  });

  it('says what is wrong with a file, and where', async () => {
    await expect(read('{')).rejects.toThrow(/^rolls\.json: /);
    await expect(read({ ...rolls, valid: [[[128]]] })).rejects.toThrow(
      'rolls.json: valid.0.0.0: Too big: expected number to be <=127',
    );
    await expect(read({ train: [] })).rejects.toThrow('rolls.json: valid: ');
  });
});
