import { listTokensOf } from "../../../access-tokens/list.ts";
import { tokensOfWorkspace } from "../../../access-tokens/tokens-of.ts";
import type { WorkspacePage } from "../../../page.ts";

/** The access tokens of a workspace. */
export const workspaceAccessTokensPage: WorkspacePage = {
  path: "/{workspace}/workspace/settings/access-tokens",
  subject: "workspace",
  permission: "own",
  get: (ports, request) => listTokensOf(ports, request, tokensOfWorkspace(request)),
};
