// tf.layers on the same native backend: LSTM layers with carried state, trained on batches.
import { createRequire } from 'node:module';
import { loadTensorFlow } from '@etude/tensorflow';
import { serve } from '../worker.mjs';

const { layers, units, batch, window, vocabulary, dropout = 0 } = JSON.parse(process.argv[2]);
await loadTensorFlow();
const tf = createRequire(import.meta.url)('@tensorflow/tfjs');
const model = tf.sequential();
model.add(tf.layers.embedding({ inputDim: vocabulary, outputDim: units, batchInputShape: [batch, window] }));
for (let layer = 0; layer < layers; layer++) {
  model.add(tf.layers.lstm({ units, returnSequences: true, stateful: true, dropout }));
}
model.add(tf.layers.dense({ units: vocabulary, activation: 'softmax' }));
model.compile({ optimizer: tf.train.adam(1e-3), loss: 'sparseCategoricalCrossentropy' });
const ids = (shape) => tf.randomUniform(shape, 0, vocabulary, 'int32');
await serve(async (count) => {
  const times = [];
  for (let i = 0; i < count; i++) {
    const [x, y] = [ids([batch, window]), tf.cast(ids([batch, window, 1]), 'float32')];
    const startedAt = performance.now();
    await model.trainOnBatch(x, y);
    times.push(performance.now() - startedAt);
    tf.dispose([x, y]);
  }
  return times;
});
