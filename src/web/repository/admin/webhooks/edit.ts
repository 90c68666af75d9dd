import type { RepositoryPage } from "../../../page.ts";
import { describeHookForm, saveHook } from "../../../webhooks/edit.ts";
import { getNamedHook, hooksOfRepository } from "../../../webhooks/hooks-of.ts";

/** Changes a webhook of a repository. */
export const repositoryEditWebhookPage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}/admin/webhooks/{uid}/edit",
  subject: "repository",
  permission: "admin",
  async get(ports, request) {
    const hooks = hooksOfRepository(request);
    return describeHookForm(request, hooks, await getNamedHook(ports, request, hooks));
  },
  async post(ports, request) {
    const hooks = hooksOfRepository(request);
    return saveHook(ports, request, hooks, await getNamedHook(ports, request, hooks));
  },
};
