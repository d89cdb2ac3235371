import type { Tensor, Tensor2D } from '@etude/tensorflow';
import { type Body, type BodyShape, lstmShapes, lstmWeights, named } from './body.js';
import type { LayerInput } from './kernels/kernels.js';

// Shapes: T time steps, B rows of a batch, H units.

export interface GridLstmShape extends BodyShape {
  readonly model: 'grid-lstm';
  /** the same weights in every layer */
  readonly tied: boolean;
  /** the depth LSTM of a block reads what its time LSTM has just put out, not what came in along time */
  readonly depthPriority: boolean;
}

/**
 * Grid LSTM in two dimensions (Kalchbrenner, Danihelka and Graves 2015, arXiv 1507.01526, sections 3.1 to 3.4).
 *
 * A block of the grid has a hidden vector and a memory cell coming in along either dimension, from below (depth) and from
 * the time step before (time). Two LSTMs, one a dimension, both read both hidden vectors; each updates the memory of its
 * own dimension, so that depth is crossed as gently as time:
 *
 *             hidden, cell (depth)                time LSTM:  input map    ← hidden from below
 *                     ▲                                       recurrent map ← hidden from the step before
 *            ┌────────┴────────┐                              cell         ← cell from the step before
 *   hidden,  │  depth LSTM     │  hidden,
 *   cell  ──►│  time LSTM      ├─► cell           depth LSTM: input map    ← hidden from below
 *   (time)   └────────▲────────┘   (time)                     recurrent map ← hidden from the step before,
 *                     │                                                      or after it with depth priority
 *             hidden, cell (depth)                            cell         ← cell from below
 *
 * So a layer's time LSTM is a layer as any other. Its depth LSTM carries nothing along time: all time steps of it are
 * computed as one step of T·B rows. At the bottom the hidden vector is the embedding and the cell is zero.
 */
export const gridLstm: Body<GridLstmShape> = {
  weightShapes: ({ units, layers, tied }) =>
    Object.assign(
      {},
      ...Array.from({ length: tied ? 1 : layers }, (_, layer) => ({
        ...lstmShapes(timeOf(layer, tied), units),
        ...lstmShapes(depthOf(layer, tied), units),
      })),
    ),

  forward({ tf, kernels }, { shape, weights }, { input, state, dropout }) {
    const { units: H, layers, tied, depthPriority } = shape;
    const B = state[0]!.hidden.shape[0];
    const rows = (input.ids ?? input.rows).shape[0]; // T·B
    let from: LayerInput = input; // (T·B, H)
    let cell: Tensor2D = tf.zeros([rows, H]); // (T·B, H) along depth
    const runs = Array.from({ length: layers }, (_, layer) => {
      const time = kernels.lstm(lstmWeights(weights, timeOf(layer, tied)), from, state[layer]!, dropout(2 * layer));
      const hidden = depthPriority ? time.hiddens : later(state[layer]!.hidden, time.hiddens); // (T·B, H)
      const depthDropout = dropout(2 * layer + 1);
      const depth = kernels.lstm(lstmWeights(weights, depthOf(layer, tied)), from, { hidden, cell }, depthDropout);
      from = { rows: depth.hiddens };
      cell = depth.cells;
      return { time, depth };
    });
    return {
      output: runs.at(-1)!.depth.hiddens, // (T·B, H)
      state: runs.map(({ time }) => time.last),
      gradients(dOutput) {
        const gradients: Record<string, Tensor> = {};
        let dHidden = dOutput; // (T·B, H) along depth
        let dCell: Tensor2D | undefined; // (T·B, H) along depth
        for (let layer = layers - 1; layer >= 0; layer--) {
          const depth = runs[layer]!.depth.gradients(dHidden, dCell);
          const dShifted = depth.dState.hidden; // (T·B, H)
          const dTime = depthPriority ? dShifted : earlier(dShifted); // (T·B, H)
          const time = runs[layer]!.time.gradients(dTime);
          add(gradients, named(depthOf(layer, tied), depth.dWeights));
          add(gradients, named(timeOf(layer, tied), time.dWeights));
          dHidden = tf.add(depth.dRows, time.dRows);
          dCell = depth.dState.cell;
        }
        return { dRows: dHidden, gradients };
      },
    };

    /** Rows of the time step before: what came in first, then all steps but the last. */
    function later(first: Tensor2D, all: Tensor2D): Tensor2D {
      return rows === B ? first : tf.concat([first, tf.slice(all, [0, 0], [rows - B, H])], 0);
    }

    /** The gradient of `all` in `later`: nothing reaches the last time step, and none is asked for by the first. */
    function earlier(gradient: Tensor2D): Tensor2D {
      const nothing = tf.zeros([B, H]) as Tensor2D;
      return rows === B ? nothing : tf.concat([tf.slice(gradient, [B, 0]), nothing], 0);
    }

    function add(to: Record<string, Tensor>, more: Record<string, Tensor>): void {
      for (const [name, gradient] of Object.entries(more)) {
        to[name] = to[name] === undefined ? gradient : tf.add(to[name], gradient);
      }
    }
  },

  stepper({ tf, kernels }, { shape: { units, layers, tied, depthPriority }, weights }) {
    const stepsOf = (layer: number) => ({
      time: kernels.lstmStep(lstmWeights(weights, timeOf(layer, tied))),
      depth: kernels.lstmStep(lstmWeights(weights, depthOf(layer, tied))),
    });
    const distinct = Array.from({ length: tied ? 1 : layers }, (_, layer) => stepsOf(layer));
    return {
      step(input, state) {
        let x = input; // (B, H)
        let cell: Tensor2D = tf.zeros([input.shape[0], units]); // (B, H)
        const next = [...state];
        for (let layer = 0; layer < layers; layer++) {
          const { time, depth } = distinct[tied ? 0 : layer]!;
          const before = state[layer]!;
          const after = time.step(x, before);
          const above = depth.step(x, { hidden: (depthPriority ? after : before).hidden, cell });
          next[layer] = after;
          x = above.hidden;
          cell = above.cell;
        }
        return { output: x, state: next };
      },
      dispose() {
        for (const { time, depth } of distinct) {
          time.dispose();
          depth.dispose();
        }
      },
    };
  },
};

function timeOf(layer: number, tied: boolean): string {
  return tied ? 'grid.time' : `grid.${layer}.time`;
}

function depthOf(layer: number, tied: boolean): string {
  return tied ? 'grid.depth' : `grid.${layer}.depth`;
}
