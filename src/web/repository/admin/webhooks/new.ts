import type { RepositoryPage } from "../../../page.ts";
import { describeHookForm, saveHook } from "../../../webhooks/edit.ts";
import { hooksOfRepository } from "../../../webhooks/hooks-of.ts";

/** Adds a webhook to a repository. */
export const repositoryNewWebhookPage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}/admin/webhooks/new",
  subject: "repository",
  permission: "admin",
  get: async (_ports, request) => describeHookForm(request, hooksOfRepository(request), undefined),
  post: (ports, request) => saveHook(ports, request, hooksOfRepository(request), undefined),
};
