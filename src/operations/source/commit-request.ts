import { hashStreamedObject } from "../../git/objects/hash-object.ts";
import { FILE_MODES } from "../../git/trees/edit-tree.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import type { FilePath } from "../../model/file-path.ts";
import type { ObjectId } from "../../model/object-id.ts";
import { parseObjectId } from "../../model/object-id.ts";
import { type BranchName, parseBranchName } from "../../model/ref-name.ts";
import type { Spool, Spooled } from "../../storage/packs/spool.ts";

export const COMMIT_DETAILS = ["message", "author", "branch", "parents"] as const;
export type CommitDetail = (typeof COMMIT_DETAILS)[number];

/** One part of the request for a new commit. Parts come in any order. */
export type CommitPart =
  | { readonly kind: "detail"; readonly detail: CommitDetail; readonly text: string }
  /** A path that the commit changes. If no file with that path is sent, it is deleted. */
  | { readonly kind: "mention"; readonly path: FilePath }
  | {
      readonly kind: "file";
      readonly path: FilePath;
      readonly type: keyof typeof FILE_MODES;
      readonly content: AsyncIterable<Buffer>;
    };

export type NewFile = { readonly mode: number; readonly id: ObjectId; readonly spooled: Spooled };

/** Everything that is requested of a new commit. */
export type CommitRequest = {
  readonly message: string | undefined;
  /** `Name <address>`. */
  readonly author: string | undefined;
  readonly branch: BranchName | undefined;
  readonly parent: ObjectId | undefined;
  readonly files: ReadonlyMap<FilePath, NewFile>;
  readonly deleted: ReadonlySet<FilePath>;
};

/**
 * Reads the parts as they arrive; contents of files go to the spool. @throws Failure invalid-input that names the
 * field.
 */
export async function readCommitRequest(
  parts: AsyncIterable<CommitPart>,
  spool: Spool,
): Promise<CommitRequest> {
  const details = new Map<CommitDetail, string>();
  const mentioned = new Set<FilePath>();
  const files = new Map<FilePath, NewFile>();
  for await (const part of parts) {
    switch (part.kind) {
      case "detail":
        if (details.has(part.detail)) throw invalidField(part.detail, "can be given once only");
        details.set(part.detail, part.text);
        break;
      case "mention":
        mentioned.add(part.path);
        break;
      case "file": {
        if (files.has(part.path)) throw invalidField(part.path, "is sent twice");
        const spooled = await spool.add(part.content);
        const id = await hashStreamedObject("blob", spooled.size, spool.read(spooled));
        files.set(part.path, { mode: FILE_MODES[part.type], id, spooled });
      }
    }
  }
  return {
    ...parseDetails(details),
    files,
    deleted: new Set([...mentioned].filter((path) => !files.has(path))),
  };
}

/** Empty fields count as absent, since forms send them. */
function parseDetails(details: ReadonlyMap<CommitDetail, string>) {
  const present = (detail: CommitDetail) => details.get(detail) || undefined;
  return {
    message: present("message"),
    author: parseDetail("author", present("author"), parseAuthor, "must be of the form Name <address>"),
    branch: parseDetail("branch", present("branch"), parseBranchName, "not a valid branch name"),
    parent: parseDetail(
      "parents",
      present("parents"),
      (text) => parseObjectId(text.toLowerCase()),
      "must be one commit id of 40 hex digits",
    ),
  };
}

function parseDetail<T>(
  field: CommitDetail,
  text: string | undefined,
  parse: (text: string) => T | undefined,
  problem: string,
): T | undefined {
  if (text === undefined) return undefined;
  const value = parse(text);
  if (value === undefined) throw invalidField(field, problem);
  return value;
}

/**
 * In git's format the name ends at a line end, and the address at an angle bracket. This is not one regular expression:
 * on a long run of spaces its time would grow with the third power of their number.
 */
function parseAuthor(text: string): string | undefined {
  const trimmed = text.trim();
  const open = trimmed.indexOf("<");
  if (open === -1 || !trimmed.endsWith(">")) return undefined;
  const name = trimmed.slice(0, open).trim();
  const address = trimmed.slice(open + 1, -1);
  const isAuthor = /^[^<>\p{Cc}]+$/u.test(name) && /^[^<>\s\p{Cc}]+$/u.test(address);
  return isAuthor ? `${name} <${address}>` : undefined;
}

/** @throws Failure invalid-input if it asks for nothing at all. */
export function refuseEmptyRequest({ files, deleted }: CommitRequest): void {
  if (files.size + deleted.size > 0) return;
  throw new Failure("invalid-input", "Cannot create the commit: no file is sent and none is named in files", {
    fields: { files: ["no file is sent and none is named"] },
  });
}
