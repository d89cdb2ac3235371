/** What a sweep wants, as the simulation takes it, from what the planner said of it. */
export function shapeOf({ wanted, submitting }, stages, { fileBytes, common = 0 }) {
  const numbers = new Map();
  const numberOf = (fingerprint) => numbers.get(fingerprint) ?? numbers.set(fingerprint, numbers.size).get(fingerprint);
  const points = wanted.map((run) => stages.map(({ name }) => numberOf(run.get(name))));
  const planBytes = submitting.up / wanted.length - fileBytes;
  return { stages, points, executions: numbers.size, common, planBytes, fileBytes };
}
