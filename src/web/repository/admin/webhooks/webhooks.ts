import type { RepositoryPage } from "../../../page.ts";
import { hooksOfRepository } from "../../../webhooks/hooks-of.ts";
import { listHooks } from "../../../webhooks/list.ts";

/** The webhooks of a repository. */
export const repositoryWebhooksPage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}/admin/webhooks",
  subject: "repository",
  permission: "admin",
  get: (ports, request) => listHooks(ports, request, hooksOfRepository(request)),
};
