import type { Tensor, Tensor2D } from '@etude/tensorflow';
import { type Body, type BodyShape, lstmShapes, lstmWeights, named, type State } from './body.js';
import type { LayerInput } from './kernels/kernels.js';

// Shapes: T time steps, B rows of a batch, H units.

export interface StackedLstmShape extends BodyShape {
  readonly model: 'stacked-lstm';
}

/** LSTM layers one on top of the other, each reading the hidden states of the one below. */
export const stackedLstm: Body<StackedLstmShape> = {
  weightShapes: ({ units, layers }) =>
    Object.assign({}, ...Array.from({ length: layers }, (_, layer) => lstmShapes(`lstm.${layer}`, units))),

  forward({ kernels }, { shape: { layers }, weights }, { input, state, dropout }) {
    let from: LayerInput = input;
    const runs = Array.from({ length: layers }, (_, layer) => {
      const run = kernels.lstm(lstmWeights(weights, `lstm.${layer}`), from, state[layer]!, dropout(layer));
      from = { rows: run.hiddens }; // (T·B, H)
      return run;
    });
    return {
      output: runs.at(-1)!.hiddens, // (T·B, H)
      state: runs.map(({ last }) => last),
      gradients(dOutput) {
        const gradients: Record<string, Tensor> = {};
        let dHiddens: Tensor2D = dOutput; // (T·B, H)
        for (let layer = layers - 1; layer >= 0; layer--) {
          const { dRows, dWeights } = runs[layer]!.gradients(dHiddens);
          Object.assign(gradients, named(`lstm.${layer}`, dWeights));
          dHiddens = dRows;
        }
        return { dRows: dHiddens, gradients };
      },
    };
  },

  stepper({ kernels }, { shape: { layers }, weights }) {
    const steps = Array.from({ length: layers }, (_, layer) => kernels.lstmStep(lstmWeights(weights, `lstm.${layer}`)));
    return {
      step(input, state) {
        let x = input; // (B, H)
        const next: State = steps.map(({ step }, layer) => {
          const after = step(x, state[layer]!);
          x = after.hidden;
          return after;
        });
        return { output: x, state: next };
      },
      dispose() {
        for (const step of steps) step.dispose();
      },
    };
  },
};
