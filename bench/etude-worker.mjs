// Etude's side of a pair: a training step, a sampled token, or one layer's pass.
import { chooseKernels, initialWeights, lossAndGradients, stepper, zeroState } from '@etude/model';
import { createRandom } from '@etude/music';
import { disposeOf, loadTensorFlow } from '@etude/tensorflow';
import { Adam } from '@etude/trainer';
import { serve, timed } from './worker.mjs';

const { task, threads, kernels: wanted, precision, dropout = 0, ...config } = JSON.parse(process.argv[2]);
const { model = 'stacked-lstm', layers, units, batch, window, vocabulary, conditions } = config;
const loaded = await loadTensorFlow();
const { tf } = loaded;
const { kernels } = chooseKernels(loaded, { wanted, threads, precision });
const shape = {
  ...{ model, layers, units, vocabulary, tiedEmbeddings: false, tied: false, depthPriority: false },
  ...(conditions && {
    conditions: {
      fields: Array.from({ length: conditions.fields }, (_, field) => ({
        name: `${field}`,
        values: Array.from({ length: conditions.values }, (_, value) => value),
      })),
      directUnits: conditions.directUnits,
    },
  }),
};
const random = createRandom(1);
const weights = initialWeights(tf, shape, random);
let state = zeroState(tf, shape, batch);
const ids = (count) => Int32Array.from({ length: count }, () => Math.floor(random.next() * vocabulary));

/** A value of each condition, for each of some tokens. */
const rows = (count) => {
  const { fields, values } = conditions;
  return Int32Array.from(
    { length: count * fields },
    (_, i) => (i % fields) * values + Math.floor(random.next() * values),
  );
};

function replace(next) {
  disposeOf(tf, state);
  state = next;
}

if (task === 'train') {
  const adam = new Adam({ tf, kernels }, weights, { clip: 1, weightDecay: 0 });
  const off = { recurrentDropout: 0, lockedDropout: false, labelSmoothing: 0, seed: 1 };
  let step = 0;
  const unit = kernels.unitsOfWork();
  const work = () => {
    const part = {
      inputs: tf.tensor1d(ids(batch * window), 'int32'),
      targets: tf.tensor1d(ids(batch * window), 'int32'),
      ...(conditions && { rows: tf.tensor2d(rows(batch * window), [batch * window, conditions.fields], 'int32') }),
    };
    step += 1;
    const result = lossAndGradients({ tf, kernels }, { shape, weights: adam.weights }, state, {
      ...part,
      regularization: { ...off, dropout, step },
    });
    result.loss.dataSync();
    adam.update(result.gradients, 1e-3);
    replace(result.state);
    tf.dispose([part, result.loss, result.gradients]);
  };
  await serve((count) => timed(count, () => unit(work)));
} else {
  const prepared = stepper({ tf, kernels }, { shape, weights }, state);
  await serve((count) => timed(count, () => prepared.step(ids(batch), conditions && rows(batch))));
}
