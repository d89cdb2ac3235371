import type { RunToShow } from '../../page-html.js';

/** How the songs came about: what was run and why, with which parameters, and how to do it again. */
export function Experiment({ run }: { run: RunToShow }) {
  const own = new Set(run.ownParams);
  return (
    <section id="experiment" aria-label="Experiment">
      <h2>Experiment</h2>
      <p>
        Run on {run.startedAt.slice(0, 16).replace('T', ' ')} UTC, {seconds(run.seconds)}:{' '}
        {Object.entries(run.versions)
          .map(([name, version]) => `${name} ${version}`)
          .join(', ')}
        . To do it again:
      </p>
      <pre>npx etude run {run.config}</pre>
      <Stages {...run} />
      <h3>Parameters</h3>
      <Parameters run={run} isShown={(name) => own.has(name)} />
      <details>
        <summary>All others</summary>
        <Parameters run={run} isShown={(name) => !own.has(name)} />
      </details>
    </section>
  );
}

/** What became of a stage, in words. */
export const STATUS: Readonly<Record<string, string>> = {
  hit: 'from the cache',
  ran: 'ran',
  failed: 'failed',
  skipped: 'skipped',
};

function Stages({ stages }: RunToShow) {
  return (
    <ol class="stages">
      {stages.map(({ name, status, reasons, seconds: took, madeInSeconds, outputs, after, said }) => (
        <li key={name} class={status}>
          <details>
            <summary>
              <strong>{name}</strong> {STATUS[status] ?? status}
              <span class="faint">
                {status === 'hit'
                  ? madeInSeconds !== undefined
                    ? `made in ${seconds(madeInSeconds)}`
                    : ''
                  : seconds(took)}
              </span>
              {after.length > 0 && <span class="faint">reads {after.join(', ')}</span>}
            </summary>
            {reasons.length > 0 && <p>Why: {reasons.join('; ')}.</p>}
            {said?.map((line) => (
              <p key={line}>{line}</p>
            ))}
            <p>
              {outputs.slice(0, 12).map(({ path, bytes }) => (
                <a key={path} href={`${name}/${encodeURIComponent(path)}`}>
                  {path} ({size(bytes)})
                </a>
              ))}
              {outputs.length > 12 && <span class="faint">and {outputs.length - 12} more</span>}
            </p>
          </details>
        </li>
      ))}
    </ol>
  );
}

function Parameters({ run, isShown }: { run: RunToShow; isShown: (name: string) => boolean }) {
  const rows = run.stages.flatMap(({ name, params, files }) => [
    ...Object.entries(files).map(([key, { path }]) => [`${name}.${key}`, path] as const),
    ...Object.entries(params).flatMap(([key, value]) => leaves(`${name}.${key}`, value)),
  ]);
  return (
    <dl class="parameters">
      {rows
        .filter(([name]) => isShown(name))
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
          </div>
        ))}
    </dl>
  );
}

function leaves(name: string, value: unknown): (readonly [string, unknown])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[name, value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(`${name}.${key}`, inner));
}

function seconds(time: number): string {
  return time >= 90 ? `${Math.round(time / 60)} min` : `${time.toFixed(1)} s`;
}

function size(bytes: number): string {
  return bytes >= 1e6
    ? `${(bytes / 1e6).toFixed(1)} MB`
    : bytes >= 1e3
      ? `${Math.round(bytes / 1e3)} kB`
      : `${bytes} B`;
}
