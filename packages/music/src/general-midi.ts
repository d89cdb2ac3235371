/** The 16 families of General MIDI, each of 8 programs (General MIDI 1, table 1). */
export const FAMILIES = [
  'piano',
  'chromatic percussion',
  'organ',
  'guitar',
  'bass',
  'strings',
  'ensemble',
  'brass',
  'reed',
  'pipe',
  'synth lead',
  'synth pad',
  'synth effects',
  'ethnic',
  'percussive',
  'sound effects',
] as const;

/** The names of the 128 programs of General MIDI 1 (table 2), program 0 first. */
export const PROGRAMS: readonly string[] = [
  ...['acoustic grand piano', 'bright acoustic piano', 'electric grand piano', 'honky-tonk piano'],
  ...['electric piano 1', 'electric piano 2', 'harpsichord', 'clavinet'],
  ...['celesta', 'glockenspiel', 'music box', 'vibraphone', 'marimba', 'xylophone', 'tubular bells', 'dulcimer'],
  ...['drawbar organ', 'percussive organ', 'rock organ', 'church organ'],
  ...['reed organ', 'accordion', 'harmonica', 'tango accordion'],
  ...['nylon guitar', 'steel guitar', 'jazz guitar', 'clean guitar'],
  ...['muted guitar', 'overdriven guitar', 'distortion guitar', 'guitar harmonics'],
  ...['acoustic bass', 'fingered bass', 'picked bass', 'fretless bass'],
  ...['slap bass 1', 'slap bass 2', 'synth bass 1', 'synth bass 2'],
  ...['violin', 'viola', 'cello', 'contrabass', 'tremolo strings', 'pizzicato strings', 'orchestral harp', 'timpani'],
  ...['string ensemble 1', 'string ensemble 2', 'synth strings 1', 'synth strings 2'],
  ...['choir aahs', 'voice oohs', 'synth voice', 'orchestra hit'],
  ...['trumpet', 'trombone', 'tuba', 'muted trumpet', 'french horn', 'brass section', 'synth brass 1', 'synth brass 2'],
  ...['soprano sax', 'alto sax', 'tenor sax', 'baritone sax', 'oboe', 'english horn', 'bassoon', 'clarinet'],
  ...['piccolo', 'flute', 'recorder', 'pan flute', 'blown bottle', 'shakuhachi', 'whistle', 'ocarina'],
  ...['square lead', 'sawtooth lead', 'calliope lead', 'chiff lead'],
  ...['charang lead', 'voice lead', 'fifths lead', 'bass and lead'],
  ...['new age pad', 'warm pad', 'polysynth pad', 'choir pad', 'bowed pad', 'metallic pad', 'halo pad', 'sweep pad'],
  ...['rain', 'soundtrack', 'crystal', 'atmosphere', 'brightness', 'goblins', 'echoes', 'sci-fi'],
  ...['sitar', 'banjo', 'shamisen', 'koto', 'kalimba', 'bagpipe', 'fiddle', 'shanai'],
  ...['tinkle bell', 'agogo', 'steel drums', 'woodblock', 'taiko drum', 'melodic tom', 'synth drum', 'reverse cymbal'],
  ...['guitar fret noise', 'breath noise', 'seashore', 'bird tweet'],
  ...['telephone ring', 'helicopter', 'applause', 'gunshot'],
];

/** The channel that General MIDI gives to percussion: 10 for musicians, who count from 1. */
export const DRUM_CHANNEL = 9;

const FIRST_PERCUSSION = 35;
const PERCUSSION = [
  ...[
    'acoustic bass drum',
    'bass drum 1',
    'side stick',
    'acoustic snare',
    'hand clap',
    'electric snare',
    'low floor tom',
  ],
  ...['closed hi-hat', 'high floor tom', 'pedal hi-hat', 'low tom', 'open hi-hat', 'low-mid tom', 'hi-mid tom'],
  ...['crash cymbal 1', 'high tom', 'ride cymbal 1', 'chinese cymbal', 'ride bell', 'tambourine', 'splash cymbal'],
  ...['cowbell', 'crash cymbal 2', 'vibraslap', 'ride cymbal 2', 'hi bongo', 'low bongo', 'mute hi conga'],
  ...['open hi conga', 'low conga', 'high timbale', 'low timbale', 'high agogo', 'low agogo', 'cabasa'],
  ...['maracas', 'short whistle', 'long whistle', 'short guiro', 'long guiro', 'claves', 'hi wood block'],
  ...['low wood block', 'mute cuica', 'open cuica', 'mute triangle', 'open triangle'],
];

/**
 * What a key of percussion sounds like (General MIDI Percussion Key Map); a key outside of it is named by its number.
 * @example
 * percussionName(38); // 'acoustic snare'
 */
export function percussionName(key: number): string {
  return PERCUSSION[key - FIRST_PERCUSSION] ?? `key ${key}`;
}

/**
 * The family of a program, 0 to 127.
 * @example
 * familyOf(40); // 'strings': 40 is a violin
 */
export function familyOf(program: number): (typeof FAMILIES)[number] {
  return FAMILIES[program >> 3]!;
}

/**
 * The name of a key, 0 to 127: 60 is C4, middle C.
 * @example
 * pitchName(61); // 'C♯4'
 */
export function pitchName(key: number): string {
  const names = ['C', 'C♯', 'D', 'E♭', 'E', 'F', 'F♯', 'G', 'A♭', 'A', 'B♭', 'B'];
  return `${names[key % 12]}${Math.floor(key / 12) - 1}`;
}
