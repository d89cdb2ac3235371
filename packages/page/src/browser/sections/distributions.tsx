import type { Distribution } from '../../content/content.js';

const WIDTH = 420;
const HEIGHT = 150;
const BOTTOM = 26;

/** How often each pitch, interval, rhythm and duration comes in songs, over the source. */
export function Distributions({ distributions }: { distributions: readonly Distribution[] }) {
  return (
    <section id="distributions" aria-label="Distributions">
      <h2>Distributions</h2>
      <p class="faint">
        <span class="key songs" /> songs <span class="key source" /> source
      </p>
      <div class="charts">
        {distributions.map((distribution) => (
          <Chart key={distribution.name} {...distribution} />
        ))}
      </div>
    </section>
  );
}

function Chart({ name, unit, labels, songs, source }: Distribution) {
  const most = Math.max(0.01, ...songs, ...source);
  const step = WIDTH / Math.max(1, labels.length);
  const y = (share: number) => (HEIGHT - BOTTOM) * (1 - share / most);
  // As many labels as have room, at some 6.5 units a letter.
  const longest = Math.max(...labels.map((label) => label.length));
  const every = Math.max(1, Math.ceil((6.5 * longest + 8) / step));
  const outline = source
    .flatMap((share, i) => [
      `${i === 0 ? 'M' : 'L'}${(i * step).toFixed(1)} ${y(share).toFixed(1)}`,
      `H${((i + 1) * step).toFixed(1)}`,
    ])
    .join('');
  const top = (shares: readonly number[]) => labels[shares.indexOf(Math.max(...shares))];
  return (
    <figure>
      <figcaption>
        {name} <span class="faint">{unit}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`${name}: most frequent in songs ${top(songs)}, in the source ${top(source)}`}
      >
        {songs.map((share, i) => (
          <rect
            key={labels[i]}
            class="songs"
            x={i * step + 0.5}
            width={Math.max(0.5, step - 1)}
            y={y(share)}
            height={HEIGHT - BOTTOM - y(share)}
          >
            <title>{`${labels[i]}: songs ${(100 * share).toFixed(1)} %, source ${(100 * source[i]!).toFixed(1)} %`}</title>
          </rect>
        ))}
        <path class="source" d={outline} />
        {labels.map(
          (label, i) =>
            i % every === 0 && (
              <text key={label} x={(i + 0.5) * step} y={HEIGHT - 10}>
                {label}
              </text>
            ),
        )}
      </svg>
    </figure>
  );
}
