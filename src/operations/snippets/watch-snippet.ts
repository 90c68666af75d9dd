import type { OpenSnippet } from "../../model/snippet.ts";
import { requireAccount } from "../../model/who-acts.ts";
import type { By, Ports } from "../../ports.ts";
import { deleteWatcher, insertWatcher } from "../../storage/sql/snippets/snippet-watchers.ts";

/** In the caller's name. Does nothing if they watch it already. */
export async function watchSnippet(
  { clock }: Pick<Ports, "clock">,
  by: By,
  { uuid }: OpenSnippet,
): Promise<void> {
  const accountUuid = requireAccount(by.caller).uuid;
  await by.transaction((tx) => insertWatcher(tx, { snippetUuid: uuid, accountUuid }, clock()));
}

/** In the caller's name. Does nothing if they do not watch it. */
export async function unwatchSnippet(by: By, { uuid }: OpenSnippet): Promise<void> {
  const accountUuid = requireAccount(by.caller).uuid;
  await by.transaction((tx) => deleteWatcher(tx, { snippetUuid: uuid, accountUuid }));
}
