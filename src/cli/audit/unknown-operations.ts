import type { Command } from "commander";
import type { Ports } from "../../ports.ts";
import { findAccountByUuid } from "../../storage/sql/accounts/accounts.ts";
import { listUnknownOperations, type UnknownOperation } from "../../storage/sql/audit/unknown-operations.ts";
import { createCommand, examples } from "../program.ts";
import { addSettings } from "../start/settings-options.ts";
import { withPorts } from "../start/with-ports.ts";
import { printJson, printTable, shortInstant } from "../terminal/print.ts";

export function createUnknownOperationsCommand(): Command {
  const command = createCommand("unknown-operations")
    .description(
      "Operations of the REST API that clients asked for and that this server does not have, the most\n" +
        "asked for first. Published ones are named as in the API's reference, others by the shape of\n" +
        "their path. A running server writes what it has counted every two seconds.",
    )
    .option("--json", "as a JSON array")
    .addHelpText("after", examples("pail unknown-operations", "pail unknown-operations --json"));
  return addSettings(command).action(async (options: { readonly json?: true }) => {
    const shown = await withPorts(command, async (ports) => {
      const operations = await listUnknownOperations(ports.database.kysely);
      return Promise.all(operations.map((operation) => describeOperation(ports, operation)));
    });
    if (options.json) return printJson(shown);
    const rows = shown.map((each) => [
      String(each.requests),
      each.method,
      each.path,
      each.last_caller ?? "-",
      shortInstant(new Date(each.last_on)),
    ]);
    printTable(
      ["requests", "method", "path", "last caller", "last"],
      rows,
      "No unknown operation was asked for",
    );
  });
}

async function describeOperation({ database }: Pick<Ports, "database">, operation: UnknownOperation) {
  const { method, path, isPublished, requests, firstAt, lastAt, lastAccountUuid } = operation;
  const account =
    lastAccountUuid === undefined ? undefined : await findAccountByUuid(database.kysely, lastAccountUuid);
  return {
    method,
    path,
    is_published: isPublished,
    requests,
    first_on: firstAt.toISOString(),
    last_on: lastAt.toISOString(),
    last_caller: account?.username ?? null,
  };
}
