import type { CurvePoint } from './training-state.js';

/** The learning curve as CSV: `step,epoch,training_loss,validation_loss,copied_share`, losses in nats per token, the share from 0 to 1. */
export function curveToCsv(curve: readonly CurvePoint[]): string {
  const rows = curve.map(({ step, epoch, trainingLoss, validationLoss, copiedShare }) =>
    [step, epoch, trainingLoss.toFixed(6), validationLoss?.toFixed(6) ?? '', copiedShare?.toFixed(4) ?? ''].join(','),
  );
  return `${['step,epoch,training_loss,validation_loss,copied_share', ...rows].join('\n')}\n`;
}
