import { readFileSync } from 'node:fs';
import { MEASURES } from '@etude/report';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { addCacheCommands } from './cache-commands.js';
import { plainLines } from './print.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** An experiment is named by its file, as the argument or by an option. */
const ofExperiment = (command: Command) =>
  command.argument('[experiment]', "the experiment's YAML file").option('-c, --config <file>', 'the same');
/** @throws {CommanderError} where it is named not at all, or twice */
function experimentOf(command: Command): string {
  const [named] = command.args;
  const { config } = command.opts<{ config?: string }>();
  if (named !== undefined && config !== undefined) command.error('error: the experiment is named twice');
  return (
    named ??
    config ??
    command.error(`error: expected an experiment, such as: etude ${command.name()} experiments/4layer.yaml`)
  );
}
const number = (isFine: (value: number) => boolean, expected: string) => (text: string) => {
  const value = Number(text);
  if (!isFine(value) || text.trim() === '') throw new InvalidArgumentError(`expected ${expected}`);
  return value;
};
const positive = number((value) => value > 0 && Number.isFinite(value), 'a number above 0');
const whole = number((value) => Number.isInteger(value) && value > 0 && value <= 1000, 'a whole number from 1 to 1000');
const portNumber = number(
  (value) => Number.isInteger(value) && value > 0 && value < 65536,
  'a whole number from 1 to 65535',
);
const json = () => new Option('--json', 'print one JSON document on standard output and nothing else there');
const kind = () =>
  new Option('--kind <kind>', 'have machines of this kind alone run stages of a cluster, as `etude worker` says it');
/** An option that may be given more than once. */
const repeated = (flags: string, description: string) =>
  new Option(flags, `${description}; may be given more than once`)
    .argParser((value: string, all: string[]) => [...all, value])
    .default([], 'none');

/** An option that takes a measure. Its choices are for help and shells; who takes it says which is meant where it is none. */
const measure = (flags: string, description: string, choices = MEASURES) =>
  new Option(flags, description).choices(choices.map(({ name }) => name)).argParser((name) => name);

const set = () => repeated('--set <stage.parameter=value>', 'change a parameter for this run');

/** The command line, built anew for each use. A command's module is loaded when it is called, so that `--help` waits for none of them. */
export function buildProgram(): Command {
  const program = new Command('etude')
    .description('Learns from a MIDI file and writes songs of its own, as a pipeline of cached stages')
    .version(version)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeErr: (text) => process.stderr.write(plainLines(text)) })
    .hook('preAction', async () => (await import('./environment.js')).useEnvironment(process.env))
    .exitOverride();
  const command = (name: string, description: string, examples: string[], parent = program) =>
    parent
      .command(name)
      .description(description)
      .exitOverride()
      .addHelpText('after', `\nExamples:\n${examples.map((example) => `  $ etude ${example}`).join('\n')}`);

  ofExperiment(
    command('run', 'run an experiment: every stage whose outputs are not in the cache', [
      'run experiments/4layer.yaml',
      'run experiments/4layer.yaml --set sample.temperature=1.2',
      'run experiments/4layer.yaml --stage sample',
      'run experiments/4layer.yaml --dry-run',
      'run experiments/4layer.yaml --watch',
      'run experiments/sizes.yaml --jobs 4',
    ]),
  )
    .option('--watch', 'serve a page on this machine on which the run can be watched, its curve and songs as they come')
    .addOption(repeated('--stage <name>', 'run this stage again, and what follows where its output changes'))
    .addOption(set())
    .addOption(
      new Option(
        '-j, --jobs <n>',
        'stages that run at a time, each in a process of its own; of a sweep as many as fit',
      ).argParser(whole),
    )
    .addOption(
      new Option('--on <where>', 'who runs the stages: workers of a cluster, or this machine').choices([
        'temporal',
        'here',
      ]),
    )
    .addOption(kind())
    .option('--dry-run', 'only say what would run, and why')
    .addOption(json())
    .action(async (_, options, command) =>
      (await import('./run.js')).runCommand({ ...options, config: experimentOf(command), version }),
    );

  ofExperiment(
    command('attach', 'wait for a run on a cluster whose client has ended, and fetch what comes out', [
      'attach experiments/4layer.yaml',
    ]),
  )
    .addOption(set())
    .addOption(kind())
    .action(async (_, options, command) =>
      (await import('./run.js')).runCommand({
        ...options,
        config: experimentOf(command),
        on: 'temporal',
        attach: true,
        version,
      }),
    );

  command('worker', 'run stages for whoever asks for them on a cluster, until it is stopped', [
    'worker',
    'worker --jobs 4',
  ])
    .addOption(new Option('-j, --jobs <n>', 'stages that run at a time').default(1).argParser(whole))
    .addOption(
      new Option('--heartbeat <seconds>', 'without a sign of life for so long, others run a stage of this one')
        .default(15)
        .argParser(whole),
    )
    .option('--folder <folder>', 'where it keeps what it has from the store')
    .option('--max-size <size>', 'how much of that it keeps, such as 500MB', '20GB')
    .action(async (options) => (await import('./cluster/worker.js')).workerCommand(options));

  command('song', 'learn from some music and write songs: chooses an experiment that fits it, says why, and runs it', [
    'song my.mid',
    'song tunes/ --songs 8 --minutes 10',
    'song band.mid --bars 32 --save mine.yaml',
    'song my.mid --like 4layer',
  ])
    .argument('<music...>', 'files or folders: MIDI, ABC, MusicXML, Kern')
    .addOption(new Option('--minutes <n>', 'that training takes at most').default(2).argParser(positive))
    .addOption(new Option('--songs <n>', 'that are written').default(3).argParser(whole))
    .addOption(new Option('--bars <n>', 'that each song has').argParser(whole))
    .option('--like <experiment>', 'learn and write as this experiment does')
    .option('--save <file>', 'what the experiment is called: experiments/<file>')
    .action(async (music, options) => (await import('./song.js')).songCommand(music, { ...options, version }));

  command('ui', 'serve a page of all experiments on this machine: run several, watch and stop them, compare them', [
    'ui',
    'ui --port 8080',
  ])
    .addOption(new Option('--port <n>', 'where; left out: wherever is free').default(0, 'any').argParser(portNumber))
    .action(async (options) => (await import('./ui.js')).uiCommand({ ...options, version }));

  command('init', 'make a folder to work in, with a place for music and a first experiment', ['init', 'init songs'])
    .argument('[folder]', 'where; left out: here')
    .action(async (folder) => (await import('./init.js')).initCommand(folder));

  command(
    'compare',
    'put artifact folders side by side, or rank the points of a sweep: losses, time, measures of songs',
    [
      'compare 2layer 4layer',
      'compare 2layer 4layer --markdown > comparison.md',
      'compare 2layer 4layer --html',
      'compare sizes --sort nats-per-note',
      'compare sizes --best validation --save best.yaml',
    ],
  )
    .argument('[names...]', 'names of artifact folders, or of a sweep')
    .option('-e, --experiments <names>', 'the same, with commas between')
    .option('--markdown', 'print a Markdown document')
    .option(
      '--html [file]',
      'write a page on which songs are heard blind, measures sorted and curves laid over each other',
    )
    .addOption(measure('--sort <measure>', 'by which the points of a sweep are ranked; left out: validation'))
    .addOption(
      measure(
        '--best <measure>',
        'tell the best point of a sweep, and the experiment that repeats it',
        MEASURES.filter(({ isLowerBetter }) => isLowerBetter),
      ).conflicts(['sort', 'html', 'markdown']),
    )
    .option('--save <file>', 'with --best: write that experiment to experiments/<file>')
    .addOption(json())
    .action(async (names: string[], { experiments = '', ...options }, command: Command) => {
      // The names of points have commas in them.
      const all = [...names, ...experiments.split(',')].map((name) => name.trim()).filter(Boolean);
      if (all.length === 0) command.error('error: expected names of experiments, such as: etude compare 2layer 4layer');
      await (await import('./compare.js')).compareCommand(all, { ...options, version });
    });

  ofExperiment(
    command('explain', 'show what the fingerprint of each stage is made of, and what changed since the last run', [
      'explain experiments/4layer.yaml',
      'explain experiments/4layer.yaml --stage train',
      'explain experiments/sizes.yaml --point units-64',
    ]),
  )
    .option('--stage <name>', 'only this stage')
    .option('--point <name>', 'of a sweep: this point; left out: what its points have in common')
    .addOption(set())
    .addOption(json())
    .action(async (_, options, command) =>
      (await import('./explain.js')).explainCommand({ ...options, config: experimentOf(command) }),
    );

  command('status', 'show for every experiment what is in the cache and what would run', ['status', 'status --json'])
    .addOption(json())
    .action(async (options) => (await import('./status.js')).statusCommand(options));

  addCacheCommands(command, json);

  const data = command('data', 'show the data sets that an experiment can learn from, and fetch them', [
    'data list',
    'data get oneills-1850',
  ]);
  command(
    'list',
    'show every data set, its terms, and whether it is in the cache',
    ['data list', 'data list --json'],
    data,
  )
    .addOption(json())
    .action(async (options) => (await import('./data.js')).dataListCommand(options));
  command('get', 'fetch data sets into the cache, and read again what is there', ['data get oneills-1850'], data)
    .argument('<names...>', 'names of data sets')
    .addOption(json())
    .action(async (names, options) => (await import('./data.js')).dataGetCommand(names, options));

  const cluster = command('cluster', 'run stages on several machines, with Temporal and an object store', [
    'cluster up',
  ]);
  command(
    'up',
    "run Temporal's development server and a small S3 server on this machine, to try it out",
    ['cluster up', 'cluster up /tmp/cluster'],
    cluster,
  )
    .argument('[folder]', 'where all is kept; left out: .etude/cluster')
    .action(async (folder) => (await import('./cluster/up.js')).clusterUpCommand(folder));

  ofExperiment(
    command('graph', "show an experiment's stages and the artifacts between them", ['graph experiments/4layer.yaml']),
  )
    .addOption(json())
    .action(async (_, options, command) =>
      (await import('./graph.js')).graphCommand({ ...options, config: experimentOf(command) }),
    );

  command(
    'inspect',
    'show what MIDI files hold: tracks, instruments, range, tempo, metre, and what is wrong with them',
    ['inspect data/canon-in-d.mid', 'inspect data --json'],
  )
    .argument('<paths...>', 'MIDI files, or folders of them')
    .option('--strict', 'the first thing that breaks the specification is an error')
    .addOption(json())
    .action(async (paths, options) => (await import('./inspect.js')).inspectCommand(paths, options));

  command('play', 'play songs with the sounds of the page, or through a MIDI port', [
    'play artifacts/tune-book/render/song-1.mid',
    'play song-1.mid --port 128:0',
  ])
    .argument('<songs...>', 'MIDI files')
    .option('--port <port>', 'a MIDI port of ALSA, as aplaymidi --list names them')
    .action(async (songs, options) => (await import('./play.js')).playCommand(songs, options));

  command(
    'export',
    'write songs as sound or sheet music, learning curves for TensorBoard, models as ONNX, grammars for MidiTok',
    [
      'export artifacts/tune-book/render/song-1.mid --to mp3',
      'export song-1.mid --to wav --output tune.wav',
      'export song-1.mid --to pdf',
      'export artifacts/tune-book/train/learning-curve.csv --to tensorboard',
      'export artifacts/corpus/tokenize/grammar.json --to miditok',
    ],
  )
    .argument(
      '<files...>',
      'MIDI files; learning curves (tensorboard), models (onnx) or grammars (miditok) of artifact folders',
    )
    .addOption(
      new Option('--to <format>', 'what is written')
        .choices(['wav', 'mp3', 'ogg', 'musicxml', 'pdf', 'svg', 'tensorboard', 'onnx', 'miditok'])
        .makeOptionMandatory(),
    )
    .option('-o, --output <file>', 'where; left out: beside the file')
    .action(async (files, options) => (await import('./export.js')).exportCommand(files, options));

  command('evaluate', 'tell how likely a model finds music that it has not seen, in nats per token and note', [
    'evaluate models/tunes.safetensors mine.mid',
    'evaluate artifacts/tunes/train/model.safetensors corpora/tunes.json --part validation',
  ])
    .argument('<model>', 'a model file, as the stage train writes it')
    .argument('<files...>', 'music: MIDI, ABC or JSON')
    .addOption(
      new Option('--part <part>', 'of JSON in parts this one; left out: its test part, else what it holds out').choices(
        [...['training', 'validation', 'test']],
      ),
    )
    .addOption(json())
    .action(async (model, files, options) => (await import('./evaluate.js')).evaluateCommand(model, files, options));

  command('completion', 'print what makes a shell complete commands and options', [
    'completion bash >> ~/.bashrc',
    'completion fish > ~/.config/fish/completions/etude.fish',
  ])
    .addArgument(new Argument('<shell>', 'which one').choices(['bash', 'zsh', 'fish']))
    .action(async (shell) => (await import('./completion.js')).completionCommand(program, shell));

  command('setup', 'make native TensorFlow and the kernels for this machine, also if that failed before', [
    'setup',
  ]).action(async () => (await import('./setup.js')).setupCommand());

  command('doctor', 'show which TensorFlow backend is in use, how fast it is, and what to do if it is the slow one', [
    'doctor',
  ])
    .addOption(json())
    .action(async (options) => (await import('./doctor.js')).doctorCommand(options));
  return program;
}
