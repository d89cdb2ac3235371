import { abcToMidi } from '@etude/abc';

/** What is measured in docs/ was learnt from files in which an upbeat begins its tune at once. */
const midiOf = (abc: string) => abcToMidi(abc, { upbeats: 'at-once' }).bytes;

/** The MIDI files of a text in ABC notation, by path: one of all, and of a book a folder with one of each tune. */
export function midiFilesOf(name: string, abc: string): Map<string, Uint8Array> {
  const stem = name.replace('.abc', '');
  const files = new Map([[`${stem}.mid`, midiOf(abc)]]);
  const [head, ...tunes] = abc.split(/^(?=X:)/m);
  if (tunes.length < 2) return files;
  for (const tune of tunes) {
    const title = /^T:(.*)$/m.exec(tune)![1]!;
    files.set(`${stem}/${slug(title)}.mid`, midiOf(head! + tune));
  }
  return files;
}

/** A title as the name of a file: small letters, digits and hyphens. */
function slug(title: string): string {
  const plain = title.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('ß', 'ss').toLowerCase();
  return plain.replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
}
