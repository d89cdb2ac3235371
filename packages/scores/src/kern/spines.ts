import { ScoreError, type ScorePlace } from '../score-error.js';

/** A token of a line, with the number of the spine that it belongs to, from the left; null tokens are left out. */
export interface Token extends ScorePlace {
  readonly text: string;
  readonly spine: number;
  /** names the path that the token is on: a spine that is split has several */
  readonly path: Path;
}

/** A column of a Humdrum file, from the line where it begins to the one where it ends. */
interface Path {
  /** of which spine it is a part; undefined where that is not `**kern` */
  readonly spine: number | undefined;
  /** in units, when what stands in it last ends */
  end: number;
}

/** A line of tokens; all begin at one time. */
export interface Row {
  readonly kind: 'data' | 'bar' | 'tandem';
  readonly tokens: readonly Token[];
}

/**
 * The rows of a Humdrum file in the order of its lines, the paths of spines followed as they split, join, change places, begin and end (Humdrum syntax,
 * "Spine paths"). What is not `**kern` is left out.
 * @throws {ScoreError} where a line does not have a token for each path
 */
export function* rowsOf(text: string): Generator<Row> {
  let paths: (Path | undefined)[] | undefined;
  let spines = 0;
  let line = 0;
  for (const content of text.replace(/^\uFEFF/, '').split(/\r\n?|\n/)) {
    line += 1;
    if (content === '' || content.startsWith('!')) continue;
    const texts = content.split('\t');
    let column = 1;
    const places = texts.map((each) => {
      const place = { line, column };
      column += each.length + 1;
      return place;
    });
    if (texts.some((each) => each.startsWith('**'))) {
      // A file begins, or paths that `*+` has added say what they are.
      const before = paths ?? texts.map(() => undefined);
      if (before.length !== texts.length) throw wrongCount(places[0]!, before.length, texts.length);
      paths = texts.map((each, index) => (each.startsWith('**') ? pathOf(each) : before[index]));
      continue;
    }
    if (paths === undefined)
      throw new ScoreError(places[0]!, `expected a line of spines such as **kern, found "${content.slice(0, 40)}"`);
    if (paths.length !== texts.length) throw wrongCount(places[0]!, paths.length, texts.length);
    const isTandem = content.startsWith('*');
    const tokens = texts.flatMap((each, index): Token[] => {
      const path = paths![index];
      if (path?.spine === undefined || each === '.' || each === '*') return [];
      return [{ ...places[index]!, text: each, spine: path.spine, path }];
    });
    if (isTandem && texts.some((each) => /^\*[-+^vx]$/.test(each))) paths = followed(paths, texts, places[0]!);
    else if (tokens.length > 0) yield { kind: isTandem ? 'tandem' : content.startsWith('=') ? 'bar' : 'data', tokens };
  }

  function pathOf(interpretation: string): Path {
    return { spine: interpretation === '**kern' ? spines++ : undefined, end: 0 };
  }
}

/** The paths behind a line that changes them. */
function followed(
  paths: readonly (Path | undefined)[],
  texts: readonly string[],
  place: ScorePlace,
): (Path | undefined)[] {
  const result: (Path | undefined)[] = [];
  for (let index = 0; index < paths.length; index++) {
    const [path, text] = [paths[index], texts[index]];
    if (text === '*-') continue;
    if (text === '*x') {
      if (texts[index + 1] !== '*x')
        throw new ScoreError(place, 'expected two spines beside each other that change places');
      result.push(paths[index + 1], path);
      index += 1;
    } else if (text === '*v') {
      let end = path?.end ?? 0;
      // Spines that join become one; those of another instrument begin another.
      while (texts[index + 1] === '*v' && paths[index + 1]?.spine === path?.spine) {
        index += 1;
        end = Math.max(end, paths[index]?.end ?? 0);
      }
      result.push(path && { ...path, end });
    } else if (text === '*^') result.push(path && { ...path }, path && { ...path });
    else if (text === '*+') result.push(path, undefined);
    else result.push(path);
  }
  return result;
}

function wrongCount(place: ScorePlace, expected: number, found: number): ScoreError {
  return new ScoreError(place, `expected ${expected} tokens with tabs between, found ${found}`);
}
