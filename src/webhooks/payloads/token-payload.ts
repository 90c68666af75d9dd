import type { EventOf } from "../../model/event.ts";
import { representEmbeddedAccount } from "../../representations/embedded-account.ts";
import { representWorkspace } from "../../representations/workspace.ts";
import { type PayloadSubject, showActor } from "./payload-subject.ts";

/** `token:expiring`, which Bitbucket does not have: names, owner and times, never the token. */
export function renderTokenPayload(
  { workspace, token, owner }: EventOf<"token:expiring">,
  by: Pick<PayloadSubject, "actor" | "baseUrls">,
) {
  return {
    workspace: representWorkspace(workspace, by.baseUrls),
    token: {
      id: token.uuid,
      name: token.name,
      created_on: token.createdAt.toISOString(),
      expires_on: token.expiresAt.toISOString(),
      last_used_on: token.lastUsedAt?.toISOString() ?? null,
      owner: representEmbeddedAccount(owner, by.baseUrls),
    },
    actor: showActor(by),
  };
}
