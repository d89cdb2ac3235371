import { loadTensorFlow } from '@etude/tensorflow';
import { expect, it } from 'vitest';
import { referenceKernels } from './reference.js';

const { tf } = await loadTensorFlow();
const kernels = referenceKernels(tf);

it.each([3, 100])('sums %i lists of rows of a table, and leads the gradient of each sum back to its rows', (N) => {
  const [K, S, W] = [4, 7, 5];
  const table = Array.from({ length: S }, (_, s) => Array.from({ length: W }, (_, w) => s * 10 + w));
  // A row may be in a sum more than once.
  const lists = Array.from({ length: N }, (_, n) => Array.from({ length: K }, (_, k) => (n * n + 3 * k) % S));
  const sums = lists.map((rows) => table[0]!.map((_, w) => rows.reduce((sum, row) => sum + table[row]![w]!, 0)));
  const gradient = lists.map((_, n) => table[0]!.map((_, w) => n - w));
  const back = table.map((row, s) =>
    row.map((_, w) =>
      lists.reduce((sum, rows, n) => sum + rows.filter((each) => each === s).length * gradient[n]![w]!, 0),
    ),
  );
  const [tensor, rows] = [tf.tensor2d(table), tf.tensor2d(lists, [N, K], 'int32')];
  expect(kernels.sumRows(tensor, rows).arraySync()).toEqual(sums);
  expect(kernels.sumRowsGradient(tensor, rows, tf.tensor2d(gradient)).arraySync()).toEqual(back);
});
