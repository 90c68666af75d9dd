import type { DescribedCommand, DescribedOption } from "../completion/describe-commands.ts";
import { flatten } from "../completion/describe-commands.ts";

export type ManualPage = { readonly fileName: string; readonly text: string };

/** A page for the program, and one for each noun with all its verbs: man(7). */
export function writeManualPages(program: DescribedCommand, version: string): readonly ManualPage[] {
  return [program, ...program.commands].map((command) => ({
    fileName: `${command.path.replaceAll(" ", "-")}.1`,
    text: writePage(command, program, version),
  }));
}

function writePage(command: DescribedCommand, program: DescribedCommand, version: string): string {
  const title = command.path.replaceAll(" ", "-");
  const below = command === program ? [] : flatten(command).slice(1);
  const others = command === program ? program.commands.map(({ name }) => `pail-${name}`) : ["pail"];
  return `${[
    `.\\" Written by pail man from the commands themselves.`,
    `.TH ${title.toUpperCase()} 1 "" "pail ${version}" "Pail"`,
    ".SH NAME",
    `${roff(title)} \\- ${roff(command.summary || "a self-hosted Git server that speaks Bitbucket Cloud")}`,
    ".SH SYNOPSIS",
    (below.length === 0 ? [command] : below).map(synopsis).join("\n.br\n"),
    ".SH DESCRIPTION",
    roff(command.description),
    ...(command === program ? commandList(program) : []),
    ...optionList("OPTIONS", command.options),
    ...notes(command),
    ...below.flatMap((each) => [
      `.SH ${roff(each.path.slice(program.name.length + 1).toUpperCase())}`,
      roff(each.description),
      ...options(each.options),
      ...notes(each),
    ]),
    ".SH EXIT STATUS",
    "0: done. 1: failed or refused. 2: wrong usage (an option, a value or a setting).",
    ".SH SEE ALSO",
    others.map((name) => `.BR ${roff(name)} (1)`).join("\n"),
  ].join("\n")}\n`;
}

function synopsis({ path, usage }: DescribedCommand): string {
  return `.B ${roff(path)}\n${roff(usage)}`;
}

function commandList({ commands }: DescribedCommand): readonly string[] {
  return [
    ".SH COMMANDS",
    ...commands.flatMap(({ name, summary }) => [".TP", `.B ${roff(name)}`, roff(summary)]),
  ];
}

function optionList(title: string, list: readonly DescribedOption[]): readonly string[] {
  return list.length === 0 ? [] : [`.SH ${title}`, ...options(list)];
}

function options(list: readonly DescribedOption[]): readonly string[] {
  return list.flatMap(({ flags, description }) => [".TP", `.B ${roff(flags)}`, roff(description)]);
}

/** Examples as they stand in the help text, their lines kept. */
function notes({ notes: text }: DescribedCommand): readonly string[] {
  return text === "" ? [] : [".PP", ".nf", roff(text), ".fi"];
}

/** groff_char(7): a dash is a hyphen unless it is escaped, and a dot or quote at the start of a line is a request. */
function roff(text: string): string {
  return text
    .trim()
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .split("\n")
    .map((line) => (/^[.']/.test(line) ? `\\&${line}` : line === "" ? ".sp" : line))
    .join("\n");
}
