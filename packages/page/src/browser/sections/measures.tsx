import type { MeasureRow } from '../../content/content.js';

/** What was measured of each song, and what is normal in the source. */
export function Measures({ rows, sources }: { rows: readonly MeasureRow[]; sources: number }) {
  const songs = rows[0]?.songs.length ?? 0;
  return (
    <section id="measures" aria-label="Measures">
      <h2>Measures</h2>
      <p class="faint">
        {sources === 1
          ? 'What is copied more than the source copies itself is marked.'
          : 'Normal is what nine of ten pieces of the source are. What is outside is marked: unusual, which need not be bad.'}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys */}
      <section class="scrolls" tabIndex={0} aria-label="Table of measures">
        <table>
          <thead>
            <tr>
              <th scope="col">Measure</th>
              <th scope="col">{sources === 1 ? 'Source' : 'Normal in the source'}</th>
              {Array.from({ length: songs }, (_, song) => (
                <th scope="col" key={song}>
                  Song {song + 1}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, explanation, normal, songs: values }) => (
              <tr key={name}>
                <th scope="row">
                  {name}
                  <span class="faint">{explanation}</span>
                </th>
                <td class="normal">{normal}</td>
                {values.map(({ text, isUnusual }, song) => (
                  <td key={song} class={isUnusual ? 'unusual' : ''}>
                    {text}
                    {isUnusual && <span class="hidden"> (unusual)</span>}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}
