import type { RepositoryAccountRoute } from "../../../http/routes/subjects/repository.ts";
import { PROPERTY_PATH, PropertyBody, storeProperty, whereOf } from "../../property-body.ts";

export const putRepositoryPropertyRoute: RepositoryAccountRoute<typeof PropertyBody> = {
  subject: "repository",
  method: "PUT",
  path: `/2.0/repositories/{workspace}/{repo_slug}${PROPERTY_PATH}`,
  successStatuses: [204],
  apiTokenScopes: [],
  oauthScopes: [],
  permission: "read",
  credentialKinds: ["app"],
  access: "account",
  body: PropertyBody,
  async handle(ports, request) {
    const { repository } = request;
    return storeProperty(ports, request, { kind: "repository", ...whereOf(repository) });
  },
};
