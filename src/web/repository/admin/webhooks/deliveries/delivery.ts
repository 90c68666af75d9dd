import type { RepositoryPage } from "../../../../page.ts";
import { deliverAgain, describeDelivery } from "../../../../webhooks/deliveries.ts";
import { getNamedHook, hooksOfRepository } from "../../../../webhooks/hooks-of.ts";

/** One delivery to a webhook of a repository. */
export const repositoryDeliveryPage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}/admin/webhooks/{uid}/deliveries/{delivery_id}",
  subject: "repository",
  permission: "admin",
  async get(ports, request) {
    const hooks = hooksOfRepository(request);
    return describeDelivery(ports, request, hooks, await getNamedHook(ports, request, hooks));
  },
  async post(ports, request) {
    const hooks = hooksOfRepository(request);
    return deliverAgain(ports, request, hooks, await getNamedHook(ports, request, hooks));
  },
};
