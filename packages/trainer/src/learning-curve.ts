import type { CurvePoint } from './training-state.js';

/** The learning curve as CSV: `step,epoch,training_loss,validation_loss`, losses in nats per token. */
export function curveToCsv(curve: readonly CurvePoint[]): string {
  const rows = curve.map(({ step, epoch, trainingLoss, validationLoss }) =>
    [step, epoch, trainingLoss.toFixed(6), validationLoss?.toFixed(6) ?? ''].join(','),
  );
  return `${['step,epoch,training_loss,validation_loss', ...rows].join('\n')}\n`;
}
