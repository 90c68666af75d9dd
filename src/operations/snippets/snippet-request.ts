import { Failure } from "../../model/failure.ts";
import type { Spool } from "../../storage/packs/spool.ts";
import { type CommitPart, type CommitRequest, readCommitRequest } from "../source/commit-request.ts";
import { SNIPPET_FILES_MAX } from "./snippet-files.ts";

/** What is absent stays as it is. */
export type SnippetFields = { readonly title?: string; readonly isPrivate?: boolean };

/** One part of the request for a snippet, or for another version of it. Parts come in any order. */
export type SnippetPart =
  | { readonly kind: "fields"; readonly fields: SnippetFields }
  | Exclude<CommitPart, { readonly kind: "detail" }>;

export type SnippetRequest = { readonly fields: SnippetFields; readonly content: CommitRequest };

/** As `readCommitRequest`. @throws Failure too-large beyond `SNIPPET_FILES_MAX`: metadata may have files without parts of a form. */
export async function readSnippetRequest(
  parts: AsyncIterable<SnippetPart>,
  spool: Spool,
): Promise<SnippetRequest> {
  const fields: { title?: string; isPrivate?: boolean } = {};
  let files = 0;
  async function* contents(): AsyncGenerator<CommitPart> {
    for await (const part of parts) {
      if (part.kind === "fields") {
        Object.assign(fields, part.fields);
        continue;
      }
      if (part.kind === "file") files += 1;
      if (files > SNIPPET_FILES_MAX)
        throw new Failure("too-large", `The snippet has more files than the limit of ${SNIPPET_FILES_MAX}`);
      yield part;
    }
  }
  const content = await readCommitRequest(contents(), spool);
  return { fields, content };
}

export function changesFiles({ content: { files, deleted } }: SnippetRequest): boolean {
  return files.size + deleted.size > 0;
}
