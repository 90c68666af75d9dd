import { listTokensOf } from "../../../access-tokens/list.ts";
import { tokensOfProject } from "../../../access-tokens/tokens-of.ts";
import type { ProjectPage } from "../../../page.ts";

/** The access tokens of a project. */
export const projectAccessTokensPage: ProjectPage = {
  path: "/{workspace}/workspace/projects/{project_key}/access-tokens",
  subject: "project",
  permission: "admin",
  get: (ports, request) => listTokensOf(ports, request, tokensOfProject(request)),
};
