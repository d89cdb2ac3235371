import { parseXml, XmlElement, XmlError } from '@rgrove/parse-xml';
import { unzipSync } from 'fflate';
import { ScoreError, type ScorePlace } from '../score-error.js';

/** Bytes of a document out of a zip archive: a symphony has 30 million. */
const LARGEST = 100_000_000;
const START: ScorePlace = { line: 1, column: 1 };

/** An element of a document: its children by name, and their text. */
export class Element {
  readonly #element: XmlElement;

  constructor(element: XmlElement) {
    this.#element = element;
  }

  get name(): string {
    return this.#element.name;
  }

  /** Where its tag begins, in characters from the beginning of the text. */
  get start(): number {
    return this.#element.start;
  }

  get children(): Element[] {
    const elements = this.#element.children.filter((node) => node instanceof XmlElement);
    return elements.map((element) => new Element(element));
  }

  all(name: string): Element[] {
    return this.children.filter((child) => child.name === name);
  }

  child(name: string): Element | undefined {
    const found = this.#element.children.find((node) => node instanceof XmlElement && node.name === name);
    return found && new Element(found as XmlElement);
  }

  has(name: string): boolean {
    return this.child(name) !== undefined;
  }

  attribute(name: string): string | undefined {
    return this.#element.attributes[name];
  }

  /** Its own text where no name is given, else that of its first child of this name; undefined where there is none. */
  text(name?: string): string | undefined {
    return name === undefined ? this.#element.text.trim() : this.child(name)?.text();
  }

  /** The same as a number; NaN where it is none. */
  number(name?: string): number | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : text === '' ? Number.NaN : Number(text);
  }
}

/** A document and its text. */
export class Document {
  readonly root: Element;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
    this.root = new Element(parsed(text).root!);
  }

  placeOf({ start }: Pick<Element, 'start'>): ScorePlace {
    const before = this.#text.slice(0, start);
    return { line: before.split('\n').length, column: start - before.lastIndexOf('\n') };
  }
}

function parsed(text: string) {
  try {
    return parseXml(text, { includeOffsets: true, ignoreUndefinedEntities: true });
  } catch (error) {
    if (error instanceof XmlError) throw new ScoreError(error, error.message.split(' (line ')[0]!);
    // Elements inside of each other by the thousands.
    if (error instanceof RangeError) throw new ScoreError(START, 'expected MusicXML, found something else in XML');
    throw error;
  }
}

/**
 * Reads a document (MusicXML 4.0, "MusicXML files"): text, or a zip archive (`.mxl`) whose container names it.
 * @throws {ScoreError} where it is no well-formed XML, or the archive has no document
 */
export function readDocument(bytes: Uint8Array): Document {
  const isArchive = bytes[0] === 0x50 && bytes[1] === 0x4b;
  return new Document(decode(isArchive ? fromArchive(bytes) : bytes));
}

function fromArchive(bytes: Uint8Array): Uint8Array {
  const container = entry(bytes, 'META-INF/container.xml');
  const rootFiles = container && new Document(decode(container)).root.child('rootfiles')?.all('rootfile');
  const path = rootFiles?.[0]?.attribute('full-path');
  const document = path === undefined ? undefined : entry(bytes, path);
  if (document === undefined) throw new ScoreError(START, 'expected a document in the archive, found none');
  return document;
}

/** A file of an archive. */
function entry(bytes: Uint8Array, path: string): Uint8Array | undefined {
  let tooLarge = false;
  const filter = ({ name, originalSize }: { name: string; originalSize: number }) => {
    if (name !== path) return false;
    tooLarge = originalSize > LARGEST;
    return !tooLarge;
  };
  let found: Uint8Array | undefined;
  try {
    found = unzipSync(bytes, { filter })[path];
  } catch {
    throw new ScoreError(START, 'expected a zip archive, found one that is damaged');
  }
  if (tooLarge) throw new ScoreError(START, `the document in the archive has more than ${LARGEST} bytes`);
  return found;
}

/** Text in UTF-8 or UTF-16, or in what its declaration names (XML 1.0, appendix F). */
function decode(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  const declaration = Buffer.from(bytes.subarray(0, 200)).toString('latin1');
  const [, , encoding = 'utf-8'] = /^<\?xml[^>]*encoding=(["'])([\w.:-]+)\1/.exec(declaration) ?? [];
  return decoderOf(encoding).decode(bytes);
}

function decoderOf(encoding: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(encoding);
  } catch {
    return new TextDecoder();
  }
}
