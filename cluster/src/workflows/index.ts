import { sleep } from '@temporalio/workflow';

/** Stands for the workflows to come: what a worker bundles, loads and runs. */
export async function echo(text: string): Promise<string> {
  await sleep('10 milliseconds');
  return text;
}
