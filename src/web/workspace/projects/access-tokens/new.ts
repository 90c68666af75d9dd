import { createTokenOf, describeTokenForm } from "../../../access-tokens/create.ts";
import { tokensOfProject } from "../../../access-tokens/tokens-of.ts";
import type { ProjectPage } from "../../../page.ts";

/** Creates an access token of a project, and shows it once. */
export const projectNewAccessTokenPage: ProjectPage = {
  path: "/{workspace}/workspace/projects/{project_key}/access-tokens/new",
  subject: "project",
  permission: "admin",
  isStepUp: true,
  get: async (_ports, request) => describeTokenForm(request, tokensOfProject(request)),
  post: (ports, request) => createTokenOf(ports, request, tokensOfProject(request)),
};
