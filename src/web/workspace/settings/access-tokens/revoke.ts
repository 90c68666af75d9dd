import { askToRevoke, revokeTokenOf } from "../../../access-tokens/revoke.ts";
import { tokensOfWorkspace } from "../../../access-tokens/tokens-of.ts";
import type { WorkspacePage } from "../../../page.ts";

/** Asks whether to revoke an access token of a workspace, and does. */
export const workspaceRevokeAccessTokenPage: WorkspacePage = {
  path: "/{workspace}/workspace/settings/access-tokens/{token}/revoke",
  subject: "workspace",
  permission: "own",
  get: (ports, request) => askToRevoke(ports, request, tokensOfWorkspace(request)),
  post: (ports, request) => revokeTokenOf(ports, request, tokensOfWorkspace(request)),
};
