import type { Command } from "commander";
import { createAdminKey, organisationId, revokeAdminKey } from "../../operations/tokens/admin-keys.ts";
import { listAdminKeys } from "../../storage/sql/tokens/admin-keys.ts";
import { createCommand, examples } from "../program.ts";
import { addSettings } from "../start/settings-options.ts";
import { withPorts } from "../start/with-ports.ts";
import { parseDays } from "../terminal/parse-duration.ts";
import { printLine, printNote, printTable, shortInstant } from "../terminal/print.ts";
import { refusedOption, UsageError } from "../terminal/problem.ts";

export function createAdminKeyCommand(): Command {
  const adminKey = createCommand("admin-key")
    .description(
      "Keys with which scripts list and revoke the API tokens of everybody, at Atlassian's own paths:\n" +
        "GET and DELETE /admin/api-access/v1/orgs/{orgId}/api-tokens.",
    )
    .addHelpText(
      "after",
      examples("pail admin-key create --name audit --expires 30d", "pail admin-key list"),
    );
  const create = adminKey
    .command("create")
    .description("Makes a key and prints it, this once: only a digest of it is kept.")
    .requiredOption("--name <name>", "what the key is for")
    .option("--expires <days>", "its life, from 1d to 365d", "90d")
    .addHelpText("after", examples("pail admin-key create --name audit --expires 30d"));
  addSettings(create).action(
    async ({ name, expires }: { readonly name: string; readonly expires: string }) => {
      const ageDays = parseDays(expires);
      if (ageDays === undefined) throw new UsageError("--expires: must be a number of days, such as 30d");
      await withPorts(create, async (ports, by) => {
        // Before there is a key: it may have to be asked of an object store that is away.
        const orgId = await organisationId(ports);
        const { text } = await createAdminKey(ports, by, { name, ageDays });
        printLine(text.reveal());
        printNote(`orgId: ${orgId}`);
      });
    },
  );
  const list = adminKey
    .command("list")
    .description("Lists the keys, newest first, without their texts.")
    .addHelpText("after", examples("pail admin-key list"));
  addSettings(list).action(async () => {
    const keys = await withPorts(list, ({ database }) => listAdminKeys(database.kysely));
    const rows = keys.map((key) => [
      key.uuid,
      key.name,
      shortInstant(key.createdAt),
      shortInstant(key.expiresAt),
    ]);
    printTable(["id", "name", "created", "expires"], rows, "There are no admin keys");
  });
  const revoke = adminKey
    .command("revoke")
    .description("Revokes a key. It is refused from the next request on.")
    .argument("<id>", "the key's id, or its first 8 or more characters")
    .addHelpText("after", examples("pail admin-key revoke 1b9d6bcd"));
  addSettings(revoke).action(async (id: string) => {
    await withPorts(revoke, async (ports, by) => {
      const found = (await listAdminKeys(ports.database.kysely)).filter(({ uuid }) => uuid.startsWith(id));
      const [key] = found;
      if (key === undefined || found.length > 1 || id.length < 8)
        throw refusedOption("id", `there is no key ${JSON.stringify(id)} (pail admin-key list)`);
      await revokeAdminKey(by, key);
      printNote(`Revoked ${key.uuid} (${key.name})`);
    });
  });
  return adminKey;
}
