import type { Kysely } from "kysely";
import { snippetSubject } from "../../model/audit.ts";
import type { Repository } from "../../model/repository.ts";
import {
  newSnippetId,
  type OpenSnippet,
  type SnippetId,
  snippetStore,
  snippetStoreSlug,
} from "../../model/snippet.ts";
import type { Uuid } from "../../model/uuid.ts";
import { requireAccount } from "../../model/who-acts.ts";
import type { Workspace } from "../../model/workspace.ts";
import type { By, Ports } from "../../ports.ts";
import { withSpool } from "../../storage/packs/spool.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import { findSnippet, insertSnippet } from "../../storage/sql/snippets/snippets.ts";
import type { Recorder } from "../../storage/sql/write-transaction.ts";
import type { CreateRefPorts } from "../refs/create-ref.ts";
import { discardUnlessStored } from "../repositories/repositories.ts";
import { commitToNew } from "../source/create-commit.ts";
import { changesFiles, readSnippetRequest, type SnippetFields, type SnippetPart } from "./snippet-request.ts";

export type CreateSnippetPorts = CreateRefPorts & Pick<Ports, "newUuid" | "randomBytes">;

/** Our choice: the reference shows none. */
const MESSAGE = "Create the snippet";

/**
 * Creates a snippet of a workspace with the files that are sent, in the caller's name. Its files are checked and stored as a
 * push is.
 *
 * @throws Failure invalid-input that names the field or the file.
 */
export async function createSnippet(
  ports: CreateSnippetPorts,
  by: By,
  workspace: Workspace,
  parts: AsyncIterable<SnippetPart>,
): Promise<OpenSnippet> {
  const uuid = ports.newUuid();
  const id = await findFreeId(ports);
  const folder = await ports.packs.createRepository(uuid);
  try {
    await withSpool(ports.packs, uuid, async (spool) => {
      const request = await readSnippetRequest(parts, spool);
      const snippet = newSnippet(ports, by, { uuid, id, workspace, ...request.fields });
      const insert = async (tx: Kysely<Schema>, record: Recorder) => {
        await insertSnippet(tx, snippet);
        record.audit("snippet.created", snippetSubject(snippet), { is_private: snippet.isPrivate });
      };
      if (changesFiles(request))
        await commitToNew(ports, by, snippet.repository, request.content, {
          spool,
          message: MESSAGE,
          insert,
        });
      else await by.transaction(insert);
    });
  } catch (error) {
    await discardUnlessStored(ports, uuid, folder, error);
    throw error;
  }
  await folder.confirm();
  return (await findSnippet(ports.database.kysely, undefined, { uuid }))!;
}

/** None of so many is taken, as good as ever; and if one is, by somebody at the same moment, a key of the table refuses it. */
async function findFreeId({
  database,
  randomBytes,
}: Pick<CreateSnippetPorts, "database" | "randomBytes">): Promise<SnippetId> {
  for (;;) {
    const id = newSnippetId(randomBytes);
    if ((await findSnippet(database.kysely, undefined, { id })) === undefined) return id;
  }
}

function newSnippet(
  { clock }: Pick<Ports, "clock">,
  by: By,
  wanted: SnippetFields & { readonly uuid: Uuid; readonly id: SnippetId; readonly workspace: Workspace },
): OpenSnippet {
  const { uuid, id, workspace, title = "", isPrivate = true } = wanted;
  const now = clock();
  return {
    id,
    uuid,
    workspace,
    title,
    isPrivate,
    creator: requireAccount(by.caller),
    createdAt: now,
    updatedAt: now,
    repository: newRepository(uuid, id, workspace, now),
  };
}

function newRepository(uuid: Uuid, id: SnippetId, workspace: Workspace, now: Date): Repository {
  const slug = snippetStoreSlug(workspace, id);
  return {
    uuid,
    ...snippetStore(now),
    slug,
    name: slug,
    description: "",
    website: undefined,
    language: "",
    // Also of a public snippet: what anybody sees of it, they see as a snippet.
    isPrivate: true,
    hasIssues: false,
    hasWiki: false,
    forkPolicy: "no_forks",
    mainBranch: undefined,
    sizeBytes: 0,
    refGeneration: 0,
    dropNumber: 0,
    commitGraph: undefined,
    parentUuid: undefined,
    createdAt: now,
    updatedAt: now,
  };
}
