import { Argument, type Command } from "commander";
import { createCommand, examples } from "../program.ts";
import { describeCommand } from "./describe-commands.ts";
import { SHELLS, type Shell, writeCompletion } from "./write-completion.ts";

/** @param loadAll the program with every command, of which only one is loaded otherwise. */
export function createCompletionCommand(loadAll: () => Promise<Command>): Command {
  return createCommand("completion")
    .description("Prints a script that lets a shell complete commands and options of pail.")
    .addArgument(new Argument("<shell>", "whose script").choices(SHELLS))
    .addHelpText(
      "after",
      examples(
        "pail completion bash > ~/.local/share/bash-completion/completions/pail",
        "pail completion zsh > ~/.zsh/completions/_pail",
        "pail completion fish > ~/.config/fish/completions/pail.fish",
      ),
    )
    .action(async (name: Shell) => {
      process.stdout.write(writeCompletion(name, describeCommand(await loadAll())));
    });
}
