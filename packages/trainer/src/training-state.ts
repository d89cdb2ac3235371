import type { State, Weights } from '@etude/model';
import type { Adam } from './adam.js';
import type { WeightAverage } from './weight-average.js';

export interface CurvePoint {
  readonly step: number;
  /** how many times the training part was begun */
  readonly epoch: number;
  /** nats per token, mean since the last point, dropout in force */
  readonly trainingLoss: number;
  /** nats per token without dropout; undefined where nothing is held out */
  readonly validationLoss: number | undefined;
  /** share of the notes of short songs that are in copied runs, 0 to 1; undefined where nobody asked */
  readonly copiedShare?: number | undefined;
}

/** Everything that training goes on from; a checkpoint holds it. */
export interface TrainingState {
  /** steps that were made */
  step: number;
  /** how many times the training part was begun */
  epoch: number;
  adam: Adam;
  /** of the weights, where it is wanted */
  average: WeightAverage | undefined;
  /** what the windows carry on */
  carried: State;
  best: { readonly point: CurvePoint; readonly weights: Weights } | undefined;
  curve: CurvePoint[];
  /** of the steps since the last point of the curve */
  lossSum: number;
  lossCount: number;
}
