import type { MeasureRow } from '../../content/content.js';
import { ScrolledTable } from './scrolled-table.js';

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
      <ScrolledTable
        label="Table of measures"
        heads={
          <>
            <th scope="col">Measure</th>
            <th scope="col">{sources === 1 ? 'Source' : 'Normal in the source'}</th>
            {Array.from({ length: songs }, (_, song) => (
              <th scope="col" key={song}>
                Song {song + 1}
              </th>
            ))}
          </>
        }
      >
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
      </ScrolledTable>
    </section>
  );
}
