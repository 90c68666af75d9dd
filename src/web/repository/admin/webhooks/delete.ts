import type { RepositoryPage } from "../../../page.ts";
import { askToDeleteHook, deleteHook } from "../../../webhooks/edit.ts";
import { getNamedHook, hooksOfRepository } from "../../../webhooks/hooks-of.ts";

/** Asks whether to delete a webhook of a repository, and deletes it. */
export const repositoryDeleteWebhookPage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}/admin/webhooks/{uid}/delete",
  subject: "repository",
  permission: "admin",
  async get(ports, request) {
    const hooks = hooksOfRepository(request);
    return askToDeleteHook(request, hooks, await getNamedHook(ports, request, hooks));
  },
  async post(ports, request) {
    const hooks = hooksOfRepository(request);
    return deleteHook(request, hooks, await getNamedHook(ports, request, hooks));
  },
};
