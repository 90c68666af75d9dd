import { type DescribedCommand, type DescribedOption, flatten } from "./describe-commands.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** A script that the shell reads: it is made of the commands, and asks no process while somebody types. */
export function writeCompletion(name: Shell, program: DescribedCommand): string {
  const commands = flatten(program);
  switch (name) {
    case "bash":
      return writeBash(commands);
    case "zsh":
      return writeZsh(commands);
    case "fish":
      return writeFish(commands);
  }
}

type Commands = readonly DescribedCommand[];

/** Patterns of `case` that lead one word deeper: "pail token"|"pail token create". */
function steps(commands: Commands): string {
  return commands
    .slice(1)
    .map(({ path }) => `"${path}"`)
    .join("|");
}

/** For each option with a value: the words before it and itself, as patterns of `case`, by what it takes. */
function valueCases(commands: Commands, write: (values: DescribedOption["values"]) => string): string {
  const byAction = new Map<string, string[]>();
  for (const { path, options } of commands)
    for (const { names, takesValue, values } of options) {
      if (!takesValue) continue;
      const action = write(values);
      byAction.set(action, [...(byAction.get(action) ?? []), ...names.map((name) => `"${path}|${name}"`)]);
    }
  return [...byAction].map(([action, patterns]) => `    ${patterns.join("|")}) ${action} ;;`).join("\n");
}

function wordsOf({ commands, options }: DescribedCommand): readonly string[] {
  return [...commands.map(({ name }) => name), ...options.flatMap(({ names }) => names), "--help"];
}

function writeBash(commands: Commands): string {
  const values = valueCases(commands, (kind) => {
    if (kind === "files")
      return 'compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")); return';
    if (kind === "folders")
      return 'compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$cur")); return';
    return kind.length === 0 ? "return" : `COMPREPLY=($(compgen -W "${kind.join(" ")}" -- "$cur")); return`;
  });
  const words = commands
    .map((command) => `    "${command.path}") words="${[...new Set(wordsOf(command))].join(" ")}" ;;`)
    .join("\n");
  return `# Completion of pail for bash, written by: pail completion bash
_pail() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} at=pail words="" word i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case "$at $word" in
    ${steps(commands)}) at="$at $word" ;;
    esac
  done
  case "$at|$prev" in
${values}
  esac
  case "$at" in
${words}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _pail pail
`;
}

function writeZsh(commands: Commands): string {
  const values = valueCases(commands, (kind) => {
    if (kind === "files") return "_files; return";
    if (kind === "folders") return "_files -/; return";
    return kind.length === 0 ? "return" : `compadd -- ${kind.join(" ")}; return`;
  });
  const items = commands
    .map((command) => {
      const entries = [
        ...command.commands.map(({ name, summary }) => zshEntry(name, summary)),
        ...command.options.flatMap(({ names, description }) =>
          names.map((name) => zshEntry(name, description)),
        ),
      ];
      return `    "${command.path}") items=(${entries.join(" ")}) ;;`;
    })
    .join("\n");
  return `#compdef pail
# Completion of pail for zsh, written by: pail completion zsh
_pail() {
  local at=pail word
  local -a items
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$at $word" in
    (${steps(commands)}) at="$at $word" ;;
    esac
  done
  case "$at|\${words[CURRENT-1]}" in
${values.replaceAll(/^ {4}"/gm, '    ("')}
  esac
  case "$at" in
${items.replaceAll(/^ {4}"/gm, '    ("')}
  esac
  _describe pail items
}
if [ "$funcstack[1]" = "_pail" ]; then _pail "$@"; else compdef _pail pail; fi
`;
}

function zshEntry(name: string, text: string): string {
  return singleQuoted(`${name.replaceAll(":", "\\:")}:${oneLine(text)}`);
}

function writeFish(commands: Commands): string {
  const lines = commands.flatMap((command) => {
    const condition = `-n ${fishQuoted(`__pail_at ${fishQuoted(command.path)}`)}`;
    return [
      ...command.commands.map(
        ({ name, summary }) =>
          `complete -c pail -f ${condition} -a ${name} -d ${fishQuoted(oneLine(summary))}`,
      ),
      ...command.options.map((option) => fishOption(condition, option)),
    ];
  });
  return `# Completion of pail for fish, written by: pail completion fish
function __pail_at
  set -l at pail
  for word in (commandline -opc)[2..-1]
    switch "$at $word"
      case ${commands
        .slice(1)
        .map(({ path }) => fishQuoted(path))
        .join(" ")}
        set at "$at $word"
    end
  end
  test "$at" = "$argv[1]"
end
${lines.join("\n")}
`;
}

function fishOption(condition: string, { names, description, takesValue, values }: DescribedOption): string {
  const flags = names.map((name) => (name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  const value = !takesValue
    ? "-f"
    : values === "files" || values === "folders"
      ? "-r -F"
      : values.length === 0
        ? "-x"
        : `-x -a ${fishQuoted(values.join(" "))}`;
  return `complete -c pail ${condition} ${flags.join(" ")} ${value} -d ${fishQuoted(oneLine(description))}`;
}

const TEXT_LENGTH_MAX = 80;

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length <= TEXT_LENGTH_MAX ? line : `${line.slice(0, TEXT_LENGTH_MAX - 1)}…`;
}

function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Within single quotes fish knows \\\\ and \\'. */
function fishQuoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
