import { createTokenOf, describeTokenForm } from "../../../access-tokens/create.ts";
import { tokensOfWorkspace } from "../../../access-tokens/tokens-of.ts";
import type { WorkspacePage } from "../../../page.ts";

/** Creates an access token of a workspace, and shows it once. */
export const workspaceNewAccessTokenPage: WorkspacePage = {
  path: "/{workspace}/workspace/settings/access-tokens/new",
  subject: "workspace",
  permission: "own",
  isStepUp: true,
  get: async (_ports, request) => describeTokenForm(request, tokensOfWorkspace(request)),
  post: (ports, request) => createTokenOf(ports, request, tokensOfWorkspace(request)),
};
