import { scaleLinear } from 'd3-scale';
import { FAINT, picture, text } from './svg.js';

export interface CurveToDraw {
  readonly step: number;
  /** nats per token */
  readonly trainingLoss: number;
  readonly validationLoss: number | undefined;
  /** 0 to 1; drawn where it is known */
  readonly copiedShare?: number | undefined;
}

const [WIDTH, HEIGHT] = [720, 400];
const MARGIN = { top: 48, right: 120, bottom: 48, left: 56 };
const TRAINING = '#1f6feb';
const VALIDATION = '#d1570a';
const COPIED = '#7b3fa0';

/**
 * The learning curve as an SVG picture: loss in nats per token against steps, with the step whose weights were kept
 * (`best`) and, as a line to compare with, the loss of a model that knows the token counts and nothing else (`entropy`).
 *
 * @example
 * const curve = [{ step: 10, trainingLoss: 3, validationLoss: 3.5 }, { step: 20, trainingLoss: 2, validationLoss: 3 }];
 * drawLearningCurve(curve, { best: 20, entropy: 4 }); // SVG, with 'kept: 3.00' at step 20
 */
export function drawLearningCurve(
  curve: readonly CurveToDraw[],
  { best, entropy }: { best: number; entropy: number },
): string {
  const validation = curve.flatMap(({ step, validationLoss }) =>
    validationLoss === undefined ? [] : [{ step, loss: validationLoss }],
  );
  const training = curve.map(({ step, trainingLoss }) => ({ step, loss: trainingLoss }));
  const copied = curve.flatMap(({ step, copiedShare }) => (copiedShare === undefined ? [] : [{ step, copiedShare }]));
  const highest = [...training, ...validation].reduce((most, { loss }) => Math.max(most, loss), entropy);
  const x = scaleLinear([0, curve.at(-1)?.step ?? 1], [MARGIN.left, WIDTH - MARGIN.right]);
  const y = scaleLinear([0, highest * 1.05], [HEIGHT - MARGIN.bottom, MARGIN.top]);
  // Shares have the whole height: 100 % is at the top.
  const share = scaleLinear([0, 1], [HEIGHT - MARGIN.bottom, MARGIN.top]);
  const at = (value: number) => value.toFixed(1);

  const grid = y.ticks(6).map((tick) => {
    const height = at(y(tick));
    return (
      `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${height}" y2="${height}" stroke="#e4e6ea"/>` +
      text(MARGIN.left - 8, y(tick) + 4, `${tick}`, { anchor: 'end', fill: FAINT })
    );
  });
  const steps = x
    .ticks(6)
    .map((tick) =>
      text(x(tick), HEIGHT - MARGIN.bottom + 20, tick.toLocaleString('en'), { anchor: 'middle', fill: FAINT }),
    );
  const line = (points: { step: number; loss: number }[], colour: string) =>
    `<polyline fill="none" stroke="${colour}" stroke-width="2" stroke-linejoin="round" points="${points
      .map(({ step, loss }) => `${at(x(step))},${at(y(loss))}`)
      .join(' ')}"/>` +
    points.map(({ step, loss }) => `<circle cx="${at(x(step))}" cy="${at(y(loss))}" r="2" fill="${colour}"/>`).join('');

  const labels = apart([
    ...(training.length
      ? [{ y: y(training.at(-1)!.loss) + 4, text: `training ${training.at(-1)!.loss.toFixed(2)}`, fill: TRAINING }]
      : []),
    ...(validation.length
      ? [
          {
            y: y(validation.at(-1)!.loss) + 4,
            text: `validation ${validation.at(-1)!.loss.toFixed(2)}`,
            fill: VALIDATION,
          },
        ]
      : []),
    ...(copied.length
      ? [
          {
            y: share(copied.at(-1)!.copiedShare) + 4,
            text: `in copies ${Math.round(100 * copied.at(-1)!.copiedShare)} %`,
            fill: COPIED,
          },
        ]
      : []),
    { y: y(entropy) + 4, text: `counts alone ${entropy.toFixed(2)}`, fill: FAINT },
  ]);
  const kept = validation.find(({ step }) => step === best);
  return picture('Learning curve', WIDTH, HEIGHT, [
    text(MARGIN.left, 24, 'Learning curve', { size: 16, weight: 600 }),
    text(
      MARGIN.left,
      40,
      copied.length ? 'loss in nats per token; share of notes in copies, 100 % at the top' : 'loss in nats per token',
      { fill: FAINT },
    ),
    ...grid,
    ...steps,
    text((MARGIN.left + WIDTH - MARGIN.right) / 2, HEIGHT - 8, 'steps', { anchor: 'middle', fill: FAINT }),
    `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${at(y(entropy))}" y2="${at(y(entropy))}" stroke="${FAINT}" stroke-dasharray="4 4"/>`,
    ...(copied.length
      ? [
          `<polyline fill="none" stroke="${COPIED}" stroke-width="2" stroke-dasharray="6 3" points="${copied
            .map(({ step, copiedShare }) => `${at(x(step))},${at(share(copiedShare))}`)
            .join(' ')}"/>`,
        ]
      : []),
    line(training, TRAINING),
    line(validation, VALIDATION),
    ...(kept
      ? [
          `<circle cx="${at(x(best))}" cy="${at(y(kept.loss))}" r="6" fill="none" stroke="${VALIDATION}" stroke-width="2"/>`,
          text(x(best), y(kept.loss) + 22, `kept: ${kept.loss.toFixed(2)}`, { anchor: 'middle', fill: VALIDATION }),
        ]
      : []),
    ...labels.map((label) => text(WIDTH - MARGIN.right + 8, label.y, label.text, { fill: label.fill })),
  ]);
}

/** Moves labels down where they would stand on each other. */
function apart<T extends { y: number }>(labels: readonly T[]): T[] {
  let free = Number.NEGATIVE_INFINITY;
  return [...labels]
    .sort((a, b) => a.y - b.y)
    .map((label) => {
      const y = Math.max(label.y, free);
      free = y + 15;
      return { ...label, y };
    });
}
