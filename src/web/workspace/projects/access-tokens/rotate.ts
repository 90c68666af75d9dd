import { askToRotate, rotateTokenOf } from "../../../access-tokens/rotate.ts";
import { tokensOfProject } from "../../../access-tokens/tokens-of.ts";
import type { ProjectPage } from "../../../page.ts";

/** Makes a new secret for an access token of a project, and shows it once. */
export const projectRotateAccessTokenPage: ProjectPage = {
  path: "/{workspace}/workspace/projects/{project_key}/access-tokens/{token}/rotate",
  subject: "project",
  permission: "admin",
  isStepUp: true,
  get: (ports, request) => askToRotate(ports, request, tokensOfProject(request)),
  post: (ports, request) => rotateTokenOf(ports, request, tokensOfProject(request)),
};
