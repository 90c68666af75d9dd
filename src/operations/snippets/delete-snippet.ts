import { snippetSubject } from "../../model/audit.ts";
import type { OpenSnippet } from "../../model/snippet.ts";
import type { By } from "../../ports.ts";
import { deleteRepositoryRow } from "../../storage/sql/repositories/repositories.ts";
import { findSnippet } from "../../storage/sql/snippets/snippets.ts";
import { TAKES_ACCESS } from "../../storage/sql/transaction-options.ts";
import type { CommitPorts } from "../commits/commits.ts";
import { type DeletionPorts, deleteRepositoryWith } from "../repositories/repositories.ts";
import { requireTipStill } from "./change-snippet.ts";
import { getTipNamed } from "./snippet-tip.ts";

/**
 * Deletes a snippet with its files, its comments and its watchers.
 *
 * @param revision the latest that the caller knows: nothing is deleted if there is a later one.
 * @throws Failure not-found, operation-unsupported of the revision.
 */
export async function deleteSnippet(
  ports: DeletionPorts & CommitPorts,
  by: By,
  snippet: OpenSnippet,
  revision: string | undefined,
): Promise<void> {
  const tip = revision === undefined ? undefined : await getTipNamed(ports, snippet.repository, revision);
  await deleteRepositoryWith(ports, by, snippet.repository, () =>
    by.transaction(async (tx, record) => {
      const last = await findSnippet(tx, undefined, { uuid: snippet.uuid });
      if (last === undefined) return;
      await requireTipStill(tx, snippet, tip);
      if (!(await deleteRepositoryRow(tx, snippet.uuid))) return;
      record.audit("snippet.deleted", snippetSubject(last));
    }, TAKES_ACCESS),
  );
}
