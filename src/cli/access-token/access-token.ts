import type { Command } from "commander";
import { ACCESS_TOKEN_SCOPES, resourceName, type TokenResource } from "../../model/access-token.ts";
import type { OauthScope } from "../../model/oauth-scope.ts";
import {
  createAccessToken,
  revokeAccessToken,
  rotateAccessToken,
} from "../../operations/access-tokens/access-tokens.ts";
import { listAllAccessTokens } from "../../storage/sql/tokens/access-tokens.ts";
import { createCommand, examples } from "../program.ts";
import { addSettings, collect } from "../start/settings-options.ts";
import { withPorts } from "../start/with-ports.ts";
import { parseDays, parseMinutes } from "../terminal/parse-duration.ts";
import { printJson, printLine, printNote, printTable } from "../terminal/print.ts";
import { UsageError } from "../terminal/problem.ts";
import { describeAccessToken } from "./describe-access-token.ts";
import { getNamedAccessToken } from "./get-access-token.ts";
import { getNamedResource, type ResourceOptions } from "./named-resource.ts";
import { parseAccessTokenScopes } from "./parse-scopes.ts";

const DAY_MS = 86_400_000;
const OF_REPOSITORY = "workspace and repository, such as acme/demo";
const OF_PROJECT = "workspace and key of a project, such as acme/PROJ";

export function createAccessTokenCommand(): Command {
  const token = createCommand("access-token")
    .description("Access tokens of repositories, projects and workspaces: made, listed, rotated, revoked.")
    .addHelpText(
      "after",
      examples(
        "pail access-token create --repository acme/demo --name bot --scope repository:write --expires 30d",
        "pail access-token list --workspace acme",
      ),
    );
  addCreate(token);
  addList(token);
  addRotate(token);
  addRevoke(token);
  return token;
}

function addResource(command: Command): Command {
  return command
    .option("--repository <name>", OF_REPOSITORY)
    .option("--project <name>", OF_PROJECT)
    .option("--workspace <slug>", "the workspace");
}

type CreateOptions = ResourceOptions & {
  readonly name: string;
  readonly scope: readonly string[];
  readonly expires: string;
};

function addCreate(token: Command): void {
  const command = addResource(
    token
      .command("create")
      .description(
        "Makes a token of a repository, a project or a workspace, and prints it, this once: only a digest of it is kept.",
      ),
  )
    .requiredOption("--name <name>", "what the token is for: its commits and comments carry it")
    .requiredOption("--scope <scope>", "what it may ask for: repeat it, or give a comma list", collect)
    .option("--expires <days>", "its life, from 1d to 365d", "365d")
    .addHelpText(
      "after",
      `\nScopes of a workspace's token; that of a project has no account and project:admin, that of a repository no project:\n  ${ACCESS_TOKEN_SCOPES.workspace.join(" ")}\n${examples(
        "pail access-token create --repository acme/demo --name bot --scope repository:write --expires 30d",
        "pail access-token create --project acme/PROJ --name ci --scope repository,webhook > token.txt",
      )}`,
    );
  addSettings(command).action(async (options: CreateOptions) => {
    const ageDays = parseDays(options.expires);
    if (ageDays === undefined)
      throw new UsageError("--expires: must be a number of days from 1d to 365d, such as 30d");
    const scopes: readonly OauthScope[] = parseAccessTokenScopes(options.scope);
    await withPorts(command, async (ports, by) => {
      const resource = await getNamedResource(ports, options);
      const { text, address } = await createAccessToken(ports, by, resource, {
        name: options.name,
        scopes,
        lifetimeMs: ageDays * DAY_MS,
      });
      printLine(text.reveal());
      printNote(`Commits of the token: ${options.name} <${address}>`);
    });
  });
}

function addList(token: Command): void {
  const command = addResource(
    token
      .command("list")
      .description("Lists access tokens, newest first: also expired, revoked and rotated ones."),
  )
    .option("--json", "as a JSON array")
    .addHelpText(
      "after",
      examples("pail access-token list", "pail access-token list --repository acme/demo --json"),
    );
  addSettings(command).action(async (options: ResourceOptions & { readonly json?: true }) => {
    let of: TokenResource | undefined;
    const tokens = await withPorts(command, async (ports) => {
      const isNamed = [options.repository, options.project, options.workspace].some(
        (name) => name !== undefined,
      );
      of = isNamed ? await getNamedResource(ports, options) : undefined;
      const listed = await listAllAccessTokens(ports.database.kysely, of);
      return listed.map((each) => describeAccessToken(each, ports.clock()));
    });
    if (options.json) return printJson(tokens);
    const rows = tokens.map((each) => [
      each.id,
      each.of ?? "gone",
      each.name,
      each.state,
      each.expires_on.slice(0, "2026-11-29".length),
      each.last_used_on?.slice(0, "2026-11-29".length) ?? "never",
      each.scopes.join(" "),
    ]);
    printTable(
      ["id", "of", "name", "state", "expires", "last used", "scopes"],
      rows,
      of === undefined ? "There are no access tokens" : `There are no access tokens of the ${of.kind} itself`,
    );
  });
}

function addRotate(token: Command): void {
  const command = token
    .command("rotate")
    .description(
      "Makes a new secret with the same name, scopes, length of life and identity, and prints it. The old one lives on for " +
        "the overlap, 30 minutes at most; until then the same command prints the same new secret. An expired one stays expired.",
    )
    .argument("<id>", "the token's id, or its first 8 or more characters")
    .option("--overlap <time>", "how long the old secret lives on: from 0m to 30m", "30m")
    .addHelpText(
      "after",
      examples(
        "pail access-token rotate 1b9d6bcd",
        "pail access-token rotate 1b9d6bcd --overlap 0m > token.txt",
      ),
    );
  addSettings(command).action(async (id: string, options: { readonly overlap: string }) => {
    const minutes = parseMinutes(options.overlap);
    if (minutes === undefined) throw new UsageError("--overlap: must be a time from 0m to 30m");
    await withPorts(command, async (ports, by) => {
      const { token: old, resource } = await getNamedAccessToken(ports, id);
      const rotation = await rotateAccessToken(ports, by, resource, old.uuid, { overlapMinutes: minutes });
      printLine(rotation.text.reveal());
      printNote(
        `${rotation.isRepeated ? "Rotated before, the same secret" : "Rotated"}: ${rotation.token.uuid} takes the place of ` +
          `${old.uuid}, which works until ${rotation.oldExpiresAt.toISOString()}`,
      );
    });
  });
}

function addRevoke(token: Command): void {
  const command = token
    .command("revoke")
    .description(
      "Revokes a token, and what it has replaced. It is refused from the next request on; what it has written stays.",
    )
    .argument("<id>", "the token's id, or its first 8 or more characters")
    .addHelpText("after", examples("pail access-token revoke 1b9d6bcd"));
  addSettings(command).action(async (id: string) => {
    await withPorts(command, async (ports, by) => {
      const { token: found, resource } = await getNamedAccessToken(ports, id);
      await revokeAccessToken(ports, by, resource, found.uuid);
      const what = `${found.uuid} (${found.name}, ${resourceName(resource)})`;
      printNote(found.revokedAt === undefined ? `Revoked ${what}` : `${what} was revoked before`);
    });
  });
}
