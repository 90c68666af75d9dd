import type { Command } from "commander";
import { Failure } from "../../model/failure.ts";
import type { OauthConsumer } from "../../model/oauth-consumer.ts";
import { OAUTH_SCOPES, type OauthScope } from "../../model/oauth-scope.ts";
import { createConsumer, deleteConsumer, rotateConsumerSecret } from "../../operations/oauth/consumers.ts";
import type { Ports } from "../../ports.ts";
import { findConsumerByKey, listConsumers } from "../../storage/sql/oauth/consumers.ts";
import { countUse } from "../../storage/sql/oauth/grants.ts";
import { findWorkspace } from "../../storage/sql/workspaces/workspaces.ts";
import { createCommand, examples } from "../program.ts";
import { addSettings, collect } from "../start/settings-options.ts";
import { withPorts } from "../start/with-ports.ts";
import { printFields, printJson, printLine, printNote, printTable, shortInstant } from "../terminal/print.ts";
import { UsageError } from "../terminal/problem.ts";
import { getNamedWorkspace } from "../workspace/named-subjects.ts";

export function createConsumerCommand(): Command {
  const consumer = createCommand("consumer")
    .description(
      "OAuth consumers of workspaces: programs that ask people for access, or act for a workspace by themselves.",
    )
    .addHelpText(
      "after",
      examples(
        "pail consumer create --workspace team --name ci --scope repository --private",
        "pail consumer list",
      ),
    );
  addCreate(consumer);
  addList(consumer);
  addShow(consumer);
  addRotateSecret(consumer);
  addRevoke(consumer);
  return consumer;
}

type CreateOptions = {
  readonly workspace: string;
  readonly name: string;
  readonly description?: string;
  readonly url?: string;
  readonly callback?: string;
  readonly scope: readonly string[];
  readonly private?: true;
  readonly json?: true;
};

function addCreate(consumer: Command): void {
  const command = consumer
    .command("create")
    .description(
      "Makes a consumer and prints its key and its secret, this once: only a digest of it is kept.",
    )
    .requiredOption("--workspace <slug>", "the workspace that it belongs to")
    .requiredOption("--name <name>", "shown to whoever is asked for access")
    .requiredOption(
      "--scope <scope>",
      "what it asks for, in OAuth's words: repeat it, or give a comma list",
      collect,
    )
    .option(
      "--callback <url>",
      "where browsers are sent back to; without one it cannot ask people for access",
    )
    .option("--private", "it keeps its secret on a server of yours, and may act by itself")
    .option("--description <text>", "what it is")
    .option("--url <url>", "a page about it, for people who want to know more")
    .option("--json", "as a JSON object with key and secret")
    .addHelpText(
      "after",
      examples(
        "pail consumer create --workspace team --name ci --scope repository --private --json",
        "pail consumer create --workspace team --name desktop --scope account,repository:write --callback http://127.0.0.1/cb",
      ),
    );
  addSettings(command).action(async (options: CreateOptions) => {
    const scopes = parseOauthScopes(options.scope);
    await withPorts(command, async (ports, by) => {
      const workspace = await getNamedWorkspace(ports, options.workspace);
      const { consumer: created, secret } = await createConsumer(ports, by, workspace, {
        name: options.name,
        description: options.description ?? "",
        url: options.url,
        callbackUrl: options.callback,
        isPrivate: options.private === true,
        scopes,
      });
      const shown = { key: created.key, secret: secret.reveal() };
      if (options.json) return printJson(shown);
      printFields(shown);
    });
  });
}

function parseOauthScopes(texts: readonly string[]): readonly OauthScope[] {
  const names = texts.flatMap((text) => text.split(/[\s,]+/).filter((name) => name !== ""));
  return names.map((name) => {
    const scope = OAUTH_SCOPES.find((each) => each === name);
    if (scope !== undefined) return scope;
    throw new UsageError(`--scope ${name}: must be one of ${OAUTH_SCOPES.join(", ")}`);
  });
}

function addList(consumer: Command): void {
  const command = consumer
    .command("list")
    .description("Lists consumers, by name.")
    .option("--workspace <slug>", "only those of this workspace")
    .option("--json", "as a JSON array")
    .addHelpText("after", examples("pail consumer list", "pail consumer list --workspace team --json"));
  addSettings(command).action(async (options: { readonly workspace?: string; readonly json?: true }) => {
    const shown = await withPorts(command, async (ports) => {
      const { workspace: slug } = options;
      const workspace = slug === undefined ? undefined : await getNamedWorkspace(ports, slug);
      const consumers = await listConsumers(ports.database.kysely, workspace?.uuid);
      return Promise.all(consumers.map((each) => describe(ports, each)));
    });
    if (options.json) return printJson(shown);
    const rows = shown.map((each) => [
      each.key,
      each.workspace,
      each.name,
      each.is_private ? "private" : "public",
      each.last_used_on === null ? "never" : shortInstant(new Date(each.last_used_on)),
      each.scopes.join(" "),
    ]);
    printTable(["key", "workspace", "name", "kind", "last used", "scopes"], rows, "There are no consumers");
  });
}

async function describe({ database, clock }: Pick<Ports, "database" | "clock">, consumer: OauthConsumer) {
  const workspace = await findWorkspace(database.kysely, { uuid: consumer.workspaceUuid });
  const use = await countUse(database.kysely, consumer.uuid, clock());
  return {
    key: consumer.key,
    workspace: workspace?.slug ?? "",
    name: consumer.name,
    description: consumer.description,
    url: consumer.url ?? null,
    callback: consumer.callbackUrl ?? null,
    is_private: consumer.isPrivate,
    scopes: consumer.scopes,
    created_on: consumer.createdAt.toISOString(),
    last_used_on: consumer.lastUsedAt?.toISOString() ?? null,
    accounts: use.accounts,
    living_tokens: use.tokens,
  };
}

function addShow(consumer: Command): void {
  const command = consumer
    .command("show")
    .description("Shows what is kept of a consumer, and how it is used.")
    .argument("<key>", "the consumer's key")
    .option("--json", "as a JSON object")
    .addHelpText("after", examples("pail consumer show HJdmKXV87DsmC9zSWB"));
  addSettings(command).action(async (key: string, options: { readonly json?: true }) => {
    const shown = await withPorts(command, async (ports) => describe(ports, await getConsumer(ports, key)));
    if (options.json) return printJson(shown);
    printFields(shown);
  });
}

function addRotateSecret(consumer: Command): void {
  const command = consumer
    .command("rotate-secret")
    .description("Gives a consumer another secret and prints it. The old one is refused at once.")
    .argument("<key>", "the consumer's key")
    .addHelpText("after", examples("pail consumer rotate-secret HJdmKXV87DsmC9zSWB > secret.txt"));
  addSettings(command).action(async (key: string) => {
    await withPorts(command, async (ports, by) => {
      const { uuid } = await getConsumer(ports, key);
      const { secret } = await rotateConsumerSecret(ports, by, uuid);
      printLine(secret.reveal());
    });
  });
}

function addRevoke(consumer: Command): void {
  const command = consumer
    .command("revoke")
    .description("Ends a consumer, with everything that was granted to it.")
    .argument("<key>", "the consumer's key")
    .addHelpText("after", examples("pail consumer revoke HJdmKXV87DsmC9zSWB"));
  addSettings(command).action(async (key: string) => {
    await withPorts(command, async (ports, by) => {
      const { consumer: ended, endedGrants } = await deleteConsumer(
        ports,
        by,
        (await getConsumer(ports, key)).uuid,
      );
      printNote(`Revoked ${ended.key} (${ended.name}), and ended ${endedGrants} of its grants`);
    });
  });
}

async function getConsumer({ database }: Pick<Ports, "database">, key: string): Promise<OauthConsumer> {
  const found = await findConsumerByKey(database.kysely, key);
  if (found === undefined) throw new Failure("not-found", `${key}: there is no consumer with this key`);
  return found.consumer;
}
