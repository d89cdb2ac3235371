import type { CurvePoint } from './training-state.js';

/** How training went, and the point whose weights were kept. */
export interface LearningCurve {
  readonly points: readonly CurvePoint[];
  readonly kept: CurvePoint;
}

const HEADER = 'step,epoch,training_loss,validation_loss,copied_share,kept';

/** A learning curve as CSV: losses in nats per token, shares from 0 to 1, and `yes` at the point whose weights were kept. */
export const learningCurveFormat = {
  serialize({ points, kept }: LearningCurve): string {
    const rows = points.map(({ step, epoch, trainingLoss, validationLoss, copiedShare }) =>
      [
        ...[step, epoch, trainingLoss.toFixed(6), validationLoss?.toFixed(6) ?? '', copiedShare?.toFixed(4) ?? ''],
        step === kept.step ? 'yes' : '',
      ].join(','),
    );
    return `${[HEADER, ...rows].join('\n')}\n`;
  },

  parse(bytes: Uint8Array): LearningCurve {
    const [header, ...rows] = new TextDecoder().decode(bytes).trimEnd().split('\n');
    if (header !== HEADER) throw new Error(`expected the columns ${HEADER}, found ${header!.slice(0, 80)}`);
    let kept: CurvePoint | undefined;
    const points = rows.map((row, index) => {
      const cells = row.split(',');
      const [step, epoch, trainingLoss, validationLoss, copiedShare] = cells.map((cell) =>
        cell === '' ? undefined : Number(cell),
      );
      if (cells.length !== 6 || !(step! > 0) || !(epoch! > 0) || trainingLoss === undefined) {
        throw new Error(`line ${index + 2}: expected a point of the curve, found ${row.slice(0, 80)}`);
      }
      const point = { step: step!, epoch: epoch!, trainingLoss, validationLoss, copiedShare };
      if (cells[5] === 'yes') kept = point;
      return point;
    });
    if (kept === undefined) throw new Error('expected a point that was kept, found none');
    return { points, kept };
  },
};
