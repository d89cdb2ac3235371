import type { LanguageModelShape, Regularization } from '@etude/model';

export interface TrainingOptions extends Omit<Regularization, 'step'> {
  readonly shape: LanguageModelShape;
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
  /** steps from one point of the learning curve to the next */
  readonly evaluateEvery: number;
  /** points without a better validation loss after which training ends; 0 for never */
  readonly patience: number;
}
