import type { Tensor, Tensor2D } from '@etude/tensorflow';
import type { Computing, LayerDropout, LayerInput, LayerState, LayerWeights } from './kernels/kernels.js';

// Shapes: T time steps, B rows of a batch, H units.

/** The weights of a model by name. */
export type Weights = Readonly<Record<string, Tensor>>;

/** The state that is carried from one time step to the next: that of every layer, each (B, H). */
export type State = readonly LayerState[];

export interface BodyShape {
  /** H: width of the embedding and of every layer */
  readonly units: number;
  readonly layers: number;
}

/** What stands between the embedding and the output map of a language model; it has one file for each kind. */
export interface Body<Shape extends BodyShape> {
  /** Shapes of its weights by name, in the order in which they are made and stored. */
  weightShapes(shape: Shape): Record<string, number[]>;
  forward(computing: Computing, model: BodyModel<Shape>, window: BodyWindow): BodyRun;
  /** One time step at a time, without training. */
  stepper(computing: Computing, model: BodyModel<Shape>): BodyStepper;
}

export interface BodyModel<Shape extends BodyShape> {
  readonly shape: Shape;
  readonly weights: Weights;
}

interface BodyWindow {
  readonly input: LayerInput;
  /** before the first time step */
  readonly state: State;
  /** what is dropped at each place that the body has; places are numbered from 0 */
  readonly dropout: (place: number) => LayerDropout;
}

export interface BodyRun {
  readonly output: Tensor2D; // (T·B, H)
  /** the state after the last time step */
  readonly state: State;
  /** @param dOutput gradient with respect to the output (T·B, H) */
  gradients(dOutput: Tensor2D): { dRows: Tensor2D; gradients: Record<string, Tensor> };
}

interface BodyStepper {
  step(input: Tensor2D, state: State): { output: Tensor2D; state: State };
  dispose(): void;
}

/** Shapes of the weights of one LSTM of H units with an input of H. */
export function lstmShapes(name: string, H: number): Record<string, number[]> {
  return {
    [`${name}.input.weight`]: [H, 4 * H],
    [`${name}.input.bias`]: [4 * H],
    [`${name}.recurrent.weight`]: [H, 4 * H],
    [`${name}.recurrent.bias`]: [4 * H],
  };
}

export function lstmWeights(weights: Weights, name: string): LayerWeights {
  return {
    inputWeight: weights[`${name}.input.weight`] as LayerWeights['inputWeight'],
    inputBias: weights[`${name}.input.bias`] as LayerWeights['inputBias'],
    recurrentWeight: weights[`${name}.recurrent.weight`] as LayerWeights['recurrentWeight'],
    recurrentBias: weights[`${name}.recurrent.bias`] as LayerWeights['recurrentBias'],
  };
}

/** Gradients of the weights of one LSTM by their names. */
export function named(name: string, dWeights: LayerWeights): Record<string, Tensor> {
  return {
    [`${name}.input.weight`]: dWeights.inputWeight,
    [`${name}.input.bias`]: dWeights.inputBias,
    [`${name}.recurrent.weight`]: dWeights.recurrentWeight,
    [`${name}.recurrent.bias`]: dWeights.recurrentBias,
  };
}
