import { askToRevoke, revokeTokenOf } from "../../../access-tokens/revoke.ts";
import { tokensOfProject } from "../../../access-tokens/tokens-of.ts";
import type { ProjectPage } from "../../../page.ts";

/** Asks whether to revoke an access token of a project, and does. */
export const projectRevokeAccessTokenPage: ProjectPage = {
  path: "/{workspace}/workspace/projects/{project_key}/access-tokens/{token}/revoke",
  subject: "project",
  permission: "admin",
  get: (ports, request) => askToRevoke(ports, request, tokensOfProject(request)),
  post: (ports, request) => revokeTokenOf(ports, request, tokensOfProject(request)),
};
