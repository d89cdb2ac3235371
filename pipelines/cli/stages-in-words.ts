import { type RunRecord, SHARED } from '@etude/engine';
import { formatTime } from './print.js';

/** "3 of 9 stages ran in 1:15, 4 elsewhere" */
export function stagesInWords({ stages, seconds }: RunRecord): string {
  const ran = stages.filter(({ status }) => status === 'ran').length;
  const elsewhere = stages.filter(({ reasons }) => reasons.includes(SHARED)).length;
  return `${ran} of ${stages.length} stages ran in ${formatTime(seconds)}${elsewhere > 0 ? `, ${elsewhere} elsewhere` : ''}`;
}
