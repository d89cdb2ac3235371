import { BY_WORKER, type RunRecord, SHARED } from '@etude/engine';
import { formatTime } from './print.js';

/**
 * "3 of 9 stages ran in 1:15, 4 elsewhere"; "7 of 9 stages came from elsewhere in 1:02"; "2 of 9 stages were run by workers in 1:15, 7 came from
 * elsewhere"
 */
export function stagesInWords({ stages, seconds }: RunRecord): string {
  const because = (reason: string) => stages.filter(({ reasons }) => reasons.includes(reason)).length;
  const ran = stages.filter(({ status }) => status === 'ran').length;
  const [byWorkers, elsewhere] = [because(BY_WORKER), because(SHARED)];
  const time = `in ${formatTime(seconds)}`;
  if (byWorkers > 0) {
    const rest = elsewhere > 0 ? `, ${elsewhere} came from elsewhere` : '';
    return `${byWorkers} of ${stages.length} stages were run by workers ${time}${rest}`;
  }
  if (ran === 0 && elsewhere > 0) return `${elsewhere} of ${stages.length} stages came from elsewhere ${time}`;
  return `${ran} of ${stages.length} stages ran ${time}${elsewhere > 0 ? `, ${elsewhere} elsewhere` : ''}`;
}
