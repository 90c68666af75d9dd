import type { Kysely } from "kysely";
import { snippetSubject } from "../../model/audit.ts";
import { Failure } from "../../model/failure.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { OpenSnippet } from "../../model/snippet.ts";
import type { By } from "../../ports.ts";
import { withSpool } from "../../storage/packs/spool.ts";
import { updateRepository } from "../../storage/sql/repositories/repositories.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import { findSnippet, updateSnippet } from "../../storage/sql/snippets/snippets.ts";
import { TAKES_ACCESS } from "../../storage/sql/transaction-options.ts";
import type { Recorder } from "../../storage/sql/write-transaction.ts";
import { explainIfGone } from "../repositories/explain-if-gone.ts";
import { type CreateCommitPorts, commitRequested } from "../source/create-commit.ts";
import { changesFiles, readSnippetRequest, type SnippetFields, type SnippetPart } from "./snippet-request.ts";
import { findTip, getTipNamed, notTheTip, requireTip } from "./snippet-tip.ts";

/** Our choice: the reference shows none. */
const MESSAGE = "Update the snippet";

/**
 * Changes what the parts name, and leaves the rest of a snippet as it is. All files change in one commit, together with the title
 * and the visibility.
 *
 * @param revision the latest that the caller knows: nothing is changed if there is a later one.
 * @throws Failure invalid-input that names the field or the file; not-found, operation-unsupported of the revision.
 */
export async function changeSnippet(
  ports: CreateCommitPorts,
  by: By,
  snippet: OpenSnippet,
  parts: AsyncIterable<SnippetPart>,
  revision: string | undefined,
): Promise<OpenSnippet> {
  const { repository, uuid } = snippet;
  const tip = revision === undefined ? undefined : await getTipNamed(ports, repository, revision);
  try {
    await withSpool(ports.packs, uuid, async (spool) => {
      const request = await readSnippetRequest(parts, spool);
      const alongside = (tx: Kysely<Schema>, record: Recorder) =>
        writeFields(tx, record, snippet, request.fields);
      if (changesFiles(request)) {
        const content = { ...request.content, parent: tip };
        await commitRequested(ports, by, repository, content, { spool, message: MESSAGE, alongside });
        return;
      }
      const options = request.fields.isPrivate === true ? TAKES_ACCESS : {};
      await by.transaction(async (tx, record) => {
        await requireTipStill(tx, snippet, tip);
        await alongside(tx, record);
        if (Object.keys(request.fields).length > 0)
          await updateRepository(tx, uuid, { updatedAt: ports.clock() });
      }, options);
    });
  } catch (error) {
    // Somebody was faster than who named the latest revision.
    if (tip !== undefined && error instanceof Failure && error.kind === "conflict") throw notTheTip();
    throw await explainIfGone(ports, repository, error);
  }
  const after = await findSnippet(ports.database.kysely, undefined, { uuid });
  if (after === undefined) throw new Failure("not-found", "The snippet has just been deleted");
  return after;
}

async function writeFields(
  tx: Kysely<Schema>,
  record: Recorder,
  snippet: OpenSnippet,
  fields: SnippetFields,
): Promise<void> {
  const before = await findSnippet(tx, undefined, { uuid: snippet.uuid });
  if (before === undefined) return;
  await updateSnippet(tx, snippet.uuid, fields);
  if (fields.isPrivate === undefined || fields.isPrivate === before.isPrivate) return;
  record.audit(fields.isPrivate ? "snippet.made-private" : "snippet.made-public", snippetSubject(before));
}

/** In the transaction, which has locked the repository. */
export async function requireTipStill(
  tx: Kysely<Schema>,
  { uuid }: OpenSnippet,
  tip: ObjectId | undefined,
): Promise<void> {
  if (tip === undefined) return;
  const now = await findSnippet(tx, undefined, { uuid });
  requireTip(tip, now && (await findTip(tx, now.repository)));
}
