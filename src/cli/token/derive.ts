import type { Command } from "commander";
import { Failure } from "../../model/failure.ts";
import { examples } from "../program.ts";
import { collect } from "../start/settings-options.ts";
import { parseMinutes } from "../terminal/parse-duration.ts";
import { printLine } from "../terminal/print.ts";
import { UsageError } from "../terminal/problem.ts";
import { addLimitOptions, type LimitOptions, namedAsOptions, writtenLimits } from "./limit-options.ts";

type DeriveOptions = LimitOptions & {
  readonly url: string;
  readonly tokenFile?: string;
  readonly user?: string;
  readonly name: string;
  readonly scope: readonly string[];
  readonly expires: string;
};

const SECONDS_IN_MINUTE = 60;

/** Asks a server, which may run anywhere: whoever holds a token needs nobody else for this. */
export function addDerive(token: Command): void {
  const command = token
    .command("derive")
    .description(
      "Makes a token with less of one that you hold, for minutes, and prints it, this once. It ends with the token that it " +
        "was made of. That one is read from standard input, or from a file.",
    )
    .requiredOption("--url <url>", "the server, such as https://git.example.com")
    .option(
      "--token-file <path>",
      "a file with the token that it is made of; otherwise standard input has it",
    )
    .option("--user <email>", "sends it by Basic authentication, for a server that takes no Bearer")
    .requiredOption("--name <name>", "what the new token is for")
    .requiredOption("--scope <scope>", "what it may ask for: repeat it, or give a comma list", collect)
    .option("--expires <time>", "its life: minutes or hours, such as 15m", "15m");
  addLimitOptions(command).addHelpText(
    "after",
    examples(
      "pail token derive --url https://git.example.com --name build --scope read:repository \\",
      "    --repository acme/demo --expires 15m < token.txt",
    ),
  );
  command.action(async (options: DeriveOptions) => {
    const minutes = parseMinutes(options.expires);
    if (minutes === undefined) throw new UsageError("--expires: must be a time such as 15m or 2h");
    // Loaded only here: other commands ask no server.
    const { askServer, readHeldToken } = await import("./ask-server.ts");
    const answer = await askServer(
      { url: options.url, user: options.user, token: await readHeldToken(options.tokenFile, process.stdin) },
      "/-/tokens/derive",
      {
        name: options.name,
        scopes: options.scope.flatMap((each) => each.split(",")).map((each) => each.trim()),
        expires_in: minutes * SECONDS_IN_MINUTE,
        ...writtenLimits(options),
      },
    ).catch((error: unknown) => {
      throw error instanceof Failure ? withOptionNames(error) : error;
    });
    if (typeof answer.token !== "string")
      throw new Failure("unavailable", "The server answered without a token");
    printLine(answer.token);
  });
}

function withOptionNames({ kind, message, details }: Failure): Failure {
  return new Failure(kind, message, {
    ...details,
    ...(details.fields === undefined ? {} : { fields: namedAsOptions(details.fields) }),
  });
}
