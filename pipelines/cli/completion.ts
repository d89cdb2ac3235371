import type { Command } from 'commander';

type Shell = 'bash' | 'zsh' | 'fish';

/** A command with what can follow it. */
interface Completed {
  /** `cache prune` */
  readonly path: string;
  readonly description: string;
  readonly words: readonly { readonly word: string; readonly description: string }[];
}

/** Prints what makes a shell complete commands and options; files are completed wherever nothing else fits. */
export function completionCommand(program: Command, shell: Shell): void {
  console.log({ bash, zsh, fish }[shell](completed(program)));
}

/** All commands, the program itself first, under an empty path. */
function completed(program: Command): Completed[] {
  const of = (command: Command, path: string): Completed[] => [
    {
      ...{ path, description: command.description() },
      words: [
        ...command.commands.map((each) => ({ word: each.name(), description: each.description() })),
        ...command.options.flatMap(({ long, description }) => (long ? { word: long, description } : [])),
        { word: '--help', description: 'show help' },
      ],
    },
    ...command.commands.flatMap((each) => of(each, `${path} ${each.name()}`.trim())),
  ];
  return of(program, '');
}

function bash(commands: readonly Completed[]): string {
  const cases = commands.map(
    ({ path, words }) => `    "${path}") words="${words.map(({ word }) => word).join(' ')}" ;;`,
  );
  return `# etude completion bash >> ~/.bashrc
_etude() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path="" words="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path $word" in
${commands.flatMap(({ path }) => (path ? `      "${parentOf(path)} ${path.split(' ').at(-1)}") path="${path}" ;;` : [])).join('\n')}
    esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _etude etude`;
}

function parentOf(path: string): string {
  return path.split(' ').slice(0, -1).join(' ');
}

function zsh(commands: readonly Completed[]): string {
  return `# etude completion zsh >> ~/.zshrc
autoload -Uz bashcompinit && bashcompinit
${bash(commands).split('\n').slice(1).join('\n')}`;
}

function fish(commands: readonly Completed[]): string {
  const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const lines = commands.flatMap(({ path, words }) => {
    const [first, second] = path.split(' ');
    const names = commands
      .filter((each) => parentOf(each.path) === path && each.path)
      .map((each) => each.path.split(' ').at(-1));
    const seen = [first, second].filter(Boolean).map((name) => `__fish_seen_subcommand_from ${name}`);
    const not = names.length > 0 ? [`not __fish_seen_subcommand_from ${names.join(' ')}`] : [];
    const when = quoted([...seen, ...not].join('; and '));
    return words.map(({ word, description }) =>
      word.startsWith('--')
        ? `complete -c etude -n ${when} -l ${word.slice(2)} -d ${quoted(description)}`
        : `complete -c etude -n ${when} -a ${word} -d ${quoted(description)}`,
    );
  });
  return ['# etude completion fish > ~/.config/fish/completions/etude.fish', ...lines].join('\n');
}
