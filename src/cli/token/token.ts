import type { Command } from "commander";
import { SCOPES } from "../../model/scope.ts";
import { LIMIT_FIELDS } from "../../model/written-limits.ts";
import { createApiToken, revokeApiToken, rotateApiToken } from "../../operations/tokens/api-tokens.ts";
import { findTokenWithHistory, listTokensWithHistory } from "../../storage/sql/tokens/token-history.ts";
import { getNamedAccount } from "../account/get-named-account.ts";
import { createCommand, examples } from "../program.ts";
import { addSettings, collect } from "../start/settings-options.ts";
import { withPorts } from "../start/with-ports.ts";
import { parseDays, parseMinutes } from "../terminal/parse-duration.ts";
import { printFields, printJson, printLine, printNote, printTable } from "../terminal/print.ts";
import { refusedOption, UsageError } from "../terminal/problem.ts";
import { addDerive } from "./derive.ts";
import { addExplain } from "./explain.ts";
import { getToken } from "./get-token.ts";
import { addLimitOptions, findBound, type LimitOptions } from "./limit-options.ts";
import { type ListedToken, listedTokens } from "./listed-tokens.ts";
import { parseScopes } from "./parse-scopes.ts";
import { addRecord } from "./record.ts";

export function createTokenCommand(): Command {
  const token = createCommand("token")
    .description("API tokens: made, listed, shown, revoked and rotated.")
    .addHelpText(
      "after",
      examples(
        "pail token create --account ada@example.com --name ci --scope read:repository --expires 30d",
        "pail token list",
      ),
    );
  addCreate(token);
  addList(token);
  addShow(token);
  addRevoke(token);
  addRotate(token);
  addDerive(token);
  addScopes(token);
  addExplain(token);
  addRecord(token);
  return token;
}

type CreateOptions = LimitOptions & {
  readonly account: string;
  readonly name: string;
  readonly scope: readonly string[];
  readonly expires: string;
};

function addCreate(token: Command): void {
  const command = token
    .command("create")
    .description("Makes a token and prints it, this once: only a digest of it is kept.")
    .requiredOption("--account <email>", "the account that the token acts for")
    .requiredOption("--name <name>", "what the token is for")
    .requiredOption(
      "--scope <scope>",
      "what it may ask for: repeat it, give a comma list, or say all",
      collect,
    )
    .option("--expires <days>", "its life, from 1d to 365d", "365d");
  addLimitOptions(command).addHelpText(
    "after",
    examples(
      "pail token create --account ada@example.com --name ci --scope read:repository --expires 30d",
      "pail token create --account ada@example.com --name laptop --scope read:repository,write:repository",
      "pail token create --account ada@example.com --name all --scope all > token.txt",
      "pail token create --account ada@example.com --name bot --scope write:repository --repository acme/demo \\",
      "    --push-ref 'refs/heads/bot/*' --address 192.0.2.0/24",
    ),
  );
  addSettings(command).action(async (options: CreateOptions) => {
    const scopes = parseScopes(options.scope);
    const ageDays = parseDays(options.expires);
    if (ageDays === undefined)
      throw new UsageError("--expires: must be a number of days from 1d to 365d, such as 30d");
    await withPorts(command, async (ports, by) => {
      const account = await getNamedAccount(ports, "account", options.account);
      if (account.isDisabled) throw refusedOption("account", "the account is disabled (pail account enable)");
      const { text } = await createApiToken(ports, by, {
        accountUuid: account.uuid,
        name: options.name,
        scopes,
        ageDays,
        bound: await findBound(ports, options),
      });
      printLine(text.reveal());
    });
  });
}

type ListOptions = { readonly account?: string; readonly derived?: true; readonly json?: true };

function addList(token: Command): void {
  const command = token
    .command("list")
    .description("Lists tokens, newest first: also expired, revoked and rotated ones.")
    .option("--account <email>", "only those of this account")
    .option("--derived", "also those that holders have derived from others")
    .option("--json", "as a JSON array")
    .addHelpText("after", examples("pail token list", "pail token list --account ada@example.com --json"));
  addSettings(command).action(async (options: ListOptions) => {
    const tokens = await withPorts(command, async (ports) => {
      const { account, derived = false } = options;
      const owner = account === undefined ? undefined : await getNamedAccount(ports, "account", account);
      return listedTokens(
        ports,
        await listTokensWithHistory(ports.database.kysely, owner?.uuid, { hasDerived: derived }),
      );
    });
    if (options.json) return printJson(tokens);
    const columns = ["id", "account", "name", "state", "expires", "last used", "scopes", "limits"];
    printTable(columns, tokens.map(toRow), "There are no tokens");
  });
}

/** Of `2026-11-29T…`. */
const DAY_LENGTH = 10;

function toRow(token: ListedToken): string[] {
  return [
    token.id,
    token.account,
    token.name,
    token.leaked_on === null ? token.state : `${token.state}, leaked`,
    token.expires_on.slice(0, DAY_LENGTH),
    token.last_used_on?.slice(0, DAY_LENGTH) ?? "never",
    describeScopes(token.scopes),
    describeLimitsOf(token),
  ];
}

function describeScopes(scopes: readonly string[]): string {
  if (SCOPES.every((scope) => scopes.includes(scope))) return `all ${SCOPES.length}`;
  return scopes.map(shortScope).join(" ");
}

/** In whatever it is limited, one after another. */
function describeLimitsOf(token: ListedToken): string {
  return LIMIT_FIELDS.flatMap((field) => token[field] ?? []).join(" ");
}

function shortScope(scope: string): string {
  return scope.replace(/:bitbucket$/, "");
}

function addShow(token: Command): void {
  const command = token
    .command("show")
    .description("Shows what is kept of a token.")
    .argument("<id>", "the token's id, or its first 8 or more characters")
    .option("--json", "as a JSON object")
    .addHelpText("after", examples("pail token show 1b9d6bcd"));
  addSettings(command).action(async (id: string, options: { readonly json?: true }) => {
    const shown = await withPorts(command, async (ports) => {
      const { uuid } = await getToken(ports, id);
      const token = await findTokenWithHistory(ports.database.kysely, uuid);
      return (await listedTokens(ports, [token!]))[0]!;
    });
    if (options.json) return printJson(shown);
    printFields(shown);
  });
}

function addRevoke(token: Command): void {
  const command = token
    .command("revoke")
    .description("Revokes a token. It is refused from the next request on.")
    .argument("<id>", "the token's id, or its first 8 or more characters")
    .addHelpText("after", examples("pail token revoke 1b9d6bcd"));
  addSettings(command).action(async (id: string) => {
    await withPorts(command, async (ports, by) => {
      const { uuid, name, revokedAt } = await revokeApiToken(ports, by, (await getToken(ports, id)).uuid);
      printNote(
        revokedAt === undefined ? `Revoked ${uuid} (${name})` : `${uuid} (${name}) was revoked before`,
      );
    });
  });
}

function addRotate(token: Command): void {
  const command = token
    .command("rotate")
    .description(
      "Makes a successor with the same name, scopes and length of life, and prints it. The old token lives on for the " +
        "overlap; until then the same command prints the same successor.",
    )
    .argument("<id>", "the token's id, or its first 8 or more characters")
    .option("--overlap <time>", "how long the old token lives on: such as 30m, 12h or 7d", "30m")
    .addHelpText(
      "after",
      examples("pail token rotate 1b9d6bcd", "pail token rotate 1b9d6bcd --overlap 12h > token.txt"),
    );
  addSettings(command).action(async (id: string, options: { readonly overlap: string }) => {
    const minutes = parseMinutes(options.overlap);
    if (minutes === undefined) throw new UsageError("--overlap: must be a time such as 30m, 12h or 7d");
    await withPorts(command, async (ports, by) => {
      const old = await getToken(ports, id);
      const {
        text,
        token: successor,
        oldExpiresAt,
        isRepeated,
      } = await rotateApiToken(ports, by, old.uuid, minutes);
      printLine(text.reveal());
      printNote(
        `${isRepeated ? "Rotated before, the same successor" : "Rotated"}: ${successor.uuid} takes the place of ` +
          `${old.uuid}, which works until ${oldExpiresAt.toISOString()}`,
      );
    });
  });
}

function addScopes(token: Command): void {
  token
    .command("scopes")
    .description(
      "Lists the scopes that a token can have, and what each opens in this version. None implies another.",
    )
    .option("--json", "as a JSON array")
    .addHelpText("after", examples("pail token scopes", "pail token scopes --json"))
    .action(async (options: { readonly json?: true }) => {
      // Loaded only here: it takes every route.
      const { describeScopes } = await import("./describe-scopes.ts");
      const listed = describeScopes();
      if (options.json) return printJson(listed);
      const rows = listed.map(({ scope, git, operations }) => [
        shortScope(scope),
        describeOpened(git, operations),
      ]);
      printTable(["scope", "opens"], rows, "");
    });
}

function describeOpened(git: readonly string[], operations: number): string {
  const rest = operations === 1 ? "1 REST operation" : `${operations} REST operations`;
  return [...git, ...(operations === 0 ? [] : [rest])].join(", ") || "nothing in this version";
}
