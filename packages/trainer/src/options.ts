import type { LanguageModelShape, Regularization, Weights } from '@etude/model';

export interface TrainingOptions extends Omit<Regularization, 'step'> {
  readonly shape: LanguageModelShape;
  /** makes the weights to begin with; left out: new ones that follow from the seed */
  readonly firstWeights?: (() => Weights) | undefined;
  /** how many updates of the weights to make at most */
  readonly steps: number;
  /** rows that are read side by side */
  readonly batch: number;
  /** time steps of a window: how far back a gradient reaches */
  readonly window: number;
  readonly learningRate: number;
  /** steps over which the learning rate grows from zero */
  readonly warmup: number;
  /** `cosine`: the learning rate falls to zero over all steps (Loshchilov and Hutter 2017) */
  readonly decay: 'none' | 'cosine';
  readonly clip: number;
  readonly weightDecay: number;
  /** share of the running mean of the weights, which is evaluated and kept, that stays at each step; 0 for the weights themselves */
  readonly averaging: number;
  /** steps from one point of the learning curve to the next */
  readonly evaluateEvery: number;
  readonly earlyStopping: EarlyStopping;
}

/** When training ends before all steps are made, and which weights are kept. */
export interface EarlyStopping {
  /**
   * `loss`: the weights of the lowest validation loss are kept. `novelty`: of those points at which short songs copy no more than `copiedShare`; where
   * nothing is held out, the last one of them.
   */
  readonly on: 'loss' | 'novelty';
  /** points of the curve without a better one after which training ends; 0 for never */
  readonly patience: number;
  /** share of the notes that may be copied, 0 to 1 */
  readonly copiedShare: number;
}
