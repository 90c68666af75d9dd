import type { RepositoryPage } from "../../../page.ts";
import { listHookDeliveries } from "../../../webhooks/deliveries.ts";
import { getNamedHook, hooksOfRepository } from "../../../webhooks/hooks-of.ts";

/** What a webhook of a repository was told. */
export const repositoryWebhookPage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}/admin/webhooks/{uid}",
  subject: "repository",
  permission: "admin",
  async get(ports, request) {
    const hooks = hooksOfRepository(request);
    return listHookDeliveries(ports, request, hooks, await getNamedHook(ports, request, hooks));
  },
};
