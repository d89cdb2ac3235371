import type { Mark, PageCopy, PagePiece, PageSong } from '../../content/content.js';
import { barAt, type Music } from '../music.js';

interface HappeningsProps {
  readonly song: Music;
  readonly marks: readonly Mark[];
  readonly sections: PageSong['sections'];
  readonly copies: readonly PageCopy[];
  readonly sources: readonly PagePiece[];
  readonly sourceMusic: (piece: number) => Music;
  readonly onHear: (quarter: number) => void;
  readonly onHearCopy: (source: NonNullable<PageCopy['source']>, inSong: number) => void;
}

/** Rows that are shown at first. */
const FEW = 12;

/** The sections of a song, what was injected into it, which rules were given up, and what it has in common with the source: each can be heard. */
export function Happenings({
  song,
  marks,
  sections,
  copies,
  sources,
  sourceMusic,
  onHear,
  onHearCopy,
}: HappeningsProps) {
  const rows = [
    ...copies.map((copy) => ({
      at: copy.from,
      kind: 'copy' as const,
      words: `${copy.notes} notes in a row as in the source`,
      source: copy.source,
    })),
    ...sections.map(({ at, name }) => ({
      at,
      kind: 'section' as const,
      words: sectionInWords(name),
      source: undefined,
    })),
    ...grouped(marks, song).map((mark) => ({ ...mark, source: undefined })),
  ].sort((a, b) => a.at - b.at);
  return (
    <div>
      <h3>What happens in it</h3>
      {rows.length === 0 && (
        <p class="faint">Nothing was injected, no rule was given up, and nothing is like the source for long.</p>
      )}
      <List rows={rows.slice(0, FEW)} />
      {rows.length > FEW && (
        <details>
          <summary>{rows.length - FEW} more</summary>
          <List rows={rows.slice(FEW)} />
        </details>
      )}
    </div>
  );

  function List({ rows: some }: { rows: typeof rows }) {
    return (
      <ul class="happenings">
        {some.map(({ at, kind, words, source }) => (
          <li key={`${at} ${words}`} class={kind}>
            <button type="button" onClick={() => onHear(at)} title="Hear it">
              bar {barAt(song, at)}
            </button>{' '}
            {words}
            {source && (
              <>
                {': '}
                <button type="button" onClick={() => onHearCopy(source, at)} title="Hear the source">
                  {sources[source.piece]!.name}, bar {barAt(sourceMusic(source.piece), source.from)}
                </button>
              </>
            )}
          </li>
        ))}
      </ul>
    );
  }
}

function sectionInWords(name: string): string {
  return name.endsWith("'") ? `section ${name.slice(0, -1)} again, varied` : `section ${name}`;
}

/** What happens several times in a bar is said once. */
function grouped(marks: readonly Mark[], song: Music): Mark[] {
  const groups = new Map<string, { mark: Mark; count: number }>();
  for (const mark of marks) {
    const key = `${barAt(song, mark.at)} ${mark.words}`;
    const group = groups.get(key);
    if (group) group.count += 1;
    else groups.set(key, { mark, count: 1 });
  }
  return [...groups.values()].map(({ mark, count }) => {
    const words = mark.kind === 'noise' ? `injected noise: ${mark.words}` : mark.words;
    return { ...mark, words: count > 1 ? `${words}, ${count} times` : words };
  });
}
