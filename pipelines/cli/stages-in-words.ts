import { type RunRecord, SHARED } from '@etude/engine';
import { formatTime } from './print.js';

/** "3 of 9 stages ran in 1:15, 4 elsewhere"; "7 of 9 stages came from elsewhere in 1:02" */
export function stagesInWords({ stages, seconds }: RunRecord): string {
  const ran = stages.filter(({ status }) => status === 'ran').length;
  const elsewhere = stages.filter(({ reasons }) => reasons.includes(SHARED)).length;
  if (ran === 0 && elsewhere > 0) {
    return `${elsewhere} of ${stages.length} stages came from elsewhere in ${formatTime(seconds)}`;
  }
  return `${ran} of ${stages.length} stages ran in ${formatTime(seconds)}${elsewhere > 0 ? `, ${elsewhere} elsewhere` : ''}`;
}
