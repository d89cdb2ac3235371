import type { CurvePoint } from './training-state.js';

/**
 * The learning curve as CSV: `step,epoch,training_loss,validation_loss,copied_share,kept`, losses in nats per token, the share from
 * 0 to 1, and `yes` at the point whose weights were kept.
 */
export function curveToCsv(curve: readonly CurvePoint[], kept: CurvePoint): string {
  const rows = curve.map(({ step, epoch, trainingLoss, validationLoss, copiedShare }) =>
    [
      ...[step, epoch, trainingLoss.toFixed(6), validationLoss?.toFixed(6) ?? '', copiedShare?.toFixed(4) ?? ''],
      step === kept.step ? 'yes' : '',
    ].join(','),
  );
  return `${['step,epoch,training_loss,validation_loss,copied_share,kept', ...rows].join('\n')}\n`;
}
