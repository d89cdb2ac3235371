import { expect, it } from 'vitest';
import { tensorBoardEvents } from './tensorboard.js';

it('writes the bytes that TensorBoard writes, behind the version of the format', () => {
  const point = { step: 300, epoch: 1, trainingLoss: 0.5, validationLoss: undefined, copiedShare: undefined };
  const bytes = Buffer.from(tensorBoardEvents({ points: [point] }, 1));
  expect(bytes.subarray(0, 40).toString('latin1')).toContain('brain.Event:2');
  // By EventFileWriter of TensorBoard 2.20.
  const written =
    '2400000000000000422b804d09000000000000f03f10ac022a160a140a0d6c6f73732f747261696e696e67150000003ff64f79f2';
  expect(bytes.subarray(40).toString('hex')).toBe(written);
});
