import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import type { Token } from "../../model/token.ts";
import {
  createAccessTokenCommandOf,
  createCommandOf,
  type LeastToken,
  leastToken,
} from "../../operations/tokens/least-token.ts";
import { startTokenRecording, stopTokenRecording } from "../../operations/tokens/record-token.ts";
import type { By, Ports } from "../../ports.ts";
import { listEmails } from "../../storage/sql/accounts/accounts.ts";
import { findNamesOfUses } from "../../storage/sql/tokens/token-recordings.ts";
import { examples } from "../program.ts";
import { addSettings } from "../start/settings-options.ts";
import { withPorts } from "../start/with-ports.ts";
import { parseMinutes } from "../terminal/parse-duration.ts";
import { printFields, printJson, printNote } from "../terminal/print.ts";
import { UsageError } from "../terminal/problem.ts";
import { getAnyToken } from "./get-token.ts";

type RecordOptions = { readonly for: string; readonly json?: true };

/** A request is stored before it is answered; what goes on behind the answer gets this long. */
const GRACE_MS = 500;
const MINUTE_MS = 60_000;

export function addRecord(token: Command): void {
  const command = token
    .command("record")
    .description(
      "Watches what a token is used for, and prints the least that would have done: scopes, repositories, refs, and the " +
        "command that makes that token. Watches while a command runs, or until Ctrl-C.",
    )
    .argument("<id>", "the token's id, or its first 8 or more characters")
    .argument("[command...]", "what to run, after --: the token is not handed to it")
    .option("--for <time>", "how long at most: such as 10m or 2h", "1h")
    .option("--json", "as a JSON object")
    .addHelpText(
      "after",
      examples("pail token record 1b9d6bcd -- ./release.sh", "pail token record 1b9d6bcd --for 10m"),
    );
  addSettings(command).action(async (id: string, run: readonly string[], options: RecordOptions) => {
    const minutes = parseMinutes(options.for);
    if (minutes === undefined) throw new UsageError("--for: must be a time such as 10m or 2h");
    await withPorts(command, (ports, by) =>
      record(ports, by, id, { run, minutes, isJson: options.json === true }),
    );
  });
}

async function record(
  ports: Ports,
  by: By,
  id: string,
  {
    run,
    minutes,
    isJson,
  }: { readonly run: readonly string[]; readonly minutes: number; readonly isJson: boolean },
): Promise<void> {
  const token = await getAnyToken(ports, id);
  await startTokenRecording(ports, by, token.uuid, minutes);
  printNote(`Watching ${token.uuid} (${token.name})${run.length === 0 ? " until Ctrl-C" : ""}`);
  try {
    if (run.length === 0) await untilInterrupted(minutes);
    else {
      const { runCommand } = await import("./run-command.ts");
      process.exitCode = await runCommand(run);
    }
    await sleep(GRACE_MS);
  } finally {
    const uses = await stopTokenRecording(by, token.uuid);
    const least = leastToken(uses, await findNamesOfUses(ports.database.kysely, uses));
    printLeast(least, await commandFor(ports, token, least), isJson);
  }
}

/** Undefined for a kind that no single command makes, and for an access token of several places. */
async function commandFor(
  { database }: Pick<Ports, "database">,
  { kind, accountUuid, name }: Token,
  least: LeastToken,
): Promise<string | undefined> {
  switch (kind) {
    case "api-token": {
      const address = (await listEmails(database.kysely, accountUuid))[0]?.address;
      return createCommandOf(least, address ?? accountUuid, `${name}, least`);
    }
    case "access-token":
      return createAccessTokenCommandOf(least, `${name}, least`);
    case "oauth":
      return undefined;
  }
}

function printLeast(least: LeastToken, command: string | undefined, isJson: boolean): void {
  const isUsed = least.scopes.length + least.oauthScopes.length > 0;
  const fields = {
    api_token_scopes: least.scopes,
    oauth_scopes: least.oauthScopes,
    repositories: least.repositories,
    projects: least.projects,
    workspaces: least.workspaces,
    seen_workspaces: least.seenWorkspaces,
    refs: least.refs,
    command: (isUsed ? command : undefined) ?? null,
  };
  if (isJson) printJson(fields);
  else if (isUsed) printFields(fields);
  else printNote("It was not used for anything that takes a scope");
  if (least.seenWorkspaces.length > 0)
    printNote("In lists of the seen workspaces, that token has only what it is limited to");
}

/** Until Ctrl-C, or until the recording ends by itself. */
async function untilInterrupted(minutes: number): Promise<void> {
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  await sleep(minutes * MINUTE_MS, undefined, { signal: stop.signal }).catch(() => {});
  process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
}
