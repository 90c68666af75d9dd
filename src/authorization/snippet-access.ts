import type { Caller } from "../model/caller.ts";
import { credentialMissing, Failure } from "../model/failure.ts";
import { locationOfSnippet, type OpenSnippet, type SnippetPermission } from "../model/snippet.ts";
import { accountOf, reaches } from "../model/who-acts.ts";
import { type AccessPorts, findCallersMember } from "./authorize.ts";
import { privateContentRefused, privateRefusal } from "./private-content.ts";
import { isRefusedBy, tokenRefused, withoutRefusals } from "./token-refusal.ts";

/** The same for a missing and for a hidden snippet. */
export const HIDDEN_SNIPPET =
  "You may not have access to this snippet or it no longer exists in this workspace";

/**
 * Decides on access to a snippet, which may not exist: everybody sees a public one, members of its workspace a private one, and
 * they alone change it.
 *
 * @throws Failure hidden if it does not exist or may not be seen, token-refused or private-content-refused if it may be seen
 * but not by this credential, permission-missing if it may be seen and not changed.
 */
export async function requireSnippetPermission(
  ports: AccessPorts,
  caller: Caller,
  snippet: OpenSnippet | undefined,
  asked: SnippetPermission,
): Promise<OpenSnippet> {
  if (snippet === undefined) throw new Failure("hidden", HIDDEN_SNIPPET);
  const location = locationOfSnippet(snippet);
  if (isRefusedBy(caller, location.workspaceUuid)) {
    await requireSnippetPermission(ports, withoutRefusals(caller), snippet, "read");
    throw await tokenRefused(ports.database.kysely, caller, location.workspaceUuid);
  }
  const closed = privateRefusal(caller, location);
  if (closed !== undefined) {
    await requireSnippetPermission(ports, withoutRefusals(caller), snippet, "read");
    throw privateContentRefused(closed);
  }
  if (!reaches(caller, location)) throw new Failure("hidden", HIDDEN_SNIPPET);
  const isMember =
    (await findCallersMember(ports.database, caller, { workspaceUuid: location.workspaceUuid })) !==
    undefined;
  if (snippet.isPrivate && !isMember) throw new Failure("hidden", HIDDEN_SNIPPET);
  if (asked === "read" || isMember) return snippet;
  if (accountOf(caller) === undefined) throw credentialMissing();
  throw new Failure("permission-missing", "Only members of its workspace may change the snippet");
}
