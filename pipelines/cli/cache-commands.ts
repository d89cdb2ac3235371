import { type Command, InvalidArgumentError, Option } from 'commander';

/** Makes a command below another, with examples. */
type MakeCommand = (name: string, description: string, examples: string[], parent?: Command) => Command;

const MOST_SEEDS = 2 ** 31;
const integer = (from: number, to: number) => (text: string) => {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= from && value <= to) return value;
  throw new InvalidArgumentError(`expected an integer from ${from} to ${to}`);
};

/** Adds `cache` and what can be done with it, here and in the store that several machines share. */
export function addCacheCommands(command: MakeCommand, json: () => Option): void {
  const cache = command('cache', 'show what the cache takes up, by experiment and stage', ['cache', 'cache --json'])
    .addOption(json())
    .action(async (options) => (await import('./cache.js')).cacheCommand(options));
  const below = (name: string, description: string, examples: string[]) => command(name, description, examples, cache);
  const store = () => new Option('--store', 'the store that machines share, in place of the cache of this workspace');

  below('prune', 'drop what experiments left that are no longer there, and what stopped runs left', [
    'cache prune',
    'cache prune --older-than 30d',
    'cache prune --max-size 2GB --dry-run',
    'cache prune --store --older-than 8w',
  ])
    .option(
      '--older-than <time>',
      'drop also what has not been used for so long, of a store what was stored before: 12h, 30d, 8w',
    )
    .addOption(
      new Option(
        '--max-size <size>',
        'drop also what was used least recently, until so much is left: 500MB, 2GB',
      ).conflicts('store'),
    )
    .addOption(store())
    .option('--dry-run', 'only say what would be dropped')
    .action(async (options, self: Command) =>
      options.store
        ? (await import('./cache-store.js')).pruneStoreCommand(self.optsWithGlobals())
        : (await import('./cache.js')).pruneCommand(self.optsWithGlobals()),
    );

  below('verify', 'read all that is in the cache, and drop what is damaged', [
    'cache verify',
    'cache verify --store',
    'cache verify --store --drop',
  ])
    .addOption(store())
    .option('--drop', 'with --store: drop what is damaged, and records of stages that it belongs to')
    .action(async (options, self: Command) =>
      options.store
        ? (await import('./cache-store.js')).verifyStoreCommand(self.optsWithGlobals())
        : (await import('./cache.js')).verifyCommand(self.optsWithGlobals()),
    );

  const experiments = ['[experiments...]', "experiments' YAML files; left out: all in experiments/"] as const;
  below('push', 'share what is in the cache of this workspace with all who use the store', [
    'cache push',
    'cache push experiments/4layer.yaml',
  ])
    .argument(...experiments)
    .action(async (named, _, self: Command) =>
      (await import('./cache-store.js')).transferCommand('push', named, self.optsWithGlobals()),
    );
  below('pull', 'bring from the store what experiments need, so that they can be run without it', [
    'cache pull',
    'cache pull experiments/4layer.yaml',
  ])
    .argument(...experiments)
    .action(async (named, _, self: Command) =>
      (await import('./cache-store.js')).transferCommand('pull', named, self.optsWithGlobals()),
    );

  below('audit', 'look for forged records in the store: run the stages of some again, and compare', [
    'cache audit',
    'cache audit --sample 50 --seed 1',
  ])
    .addOption(new Option('--sample <n>', 'records that are compared').default(10).argParser(integer(1, 1_000_000)))
    .addOption(new Option('--seed <n>', 'says which; left out: others each time').argParser(integer(0, MOST_SEEDS)))
    .option('--any-kind', 'compare also records of other kinds of machine, which may differ without being forged')
    .action(async (_, self: Command) => (await import('./cache-store.js')).auditCommand(self.optsWithGlobals()));
}
