import { askToRotate, rotateTokenOf } from "../../../access-tokens/rotate.ts";
import { tokensOfWorkspace } from "../../../access-tokens/tokens-of.ts";
import type { WorkspacePage } from "../../../page.ts";

/** Makes a new secret for an access token of a workspace, and shows it once. */
export const workspaceRotateAccessTokenPage: WorkspacePage = {
  path: "/{workspace}/workspace/settings/access-tokens/{token}/rotate",
  subject: "workspace",
  permission: "own",
  isStepUp: true,
  get: (ports, request) => askToRotate(ports, request, tokensOfWorkspace(request)),
  post: (ports, request) => rotateTokenOf(ports, request, tokensOfWorkspace(request)),
};
