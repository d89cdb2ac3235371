import { expect, it } from 'vitest';
import { tensorBoardEvents } from './tensorboard.js';

it('writes the bytes that TensorBoard writes, behind the version of the format', () => {
  const bytes = Buffer.from(tensorBoardEvents([{ step: 300, scalars: { loss: 0.5, none: undefined } }], 1));
  expect(bytes.subarray(0, 40).toString('latin1')).toContain('brain.Event:2');
  // By EventFileWriter of TensorBoard 2.20.
  const written = '1b000000000000001a0d9e1309000000000000f03f10ac022a0d0a0b0a046c6f7373150000003f4e5c1fd1';
  expect(bytes.subarray(40).toString('hex')).toBe(written);
});
