import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { Failure } from "../../../model/failure.ts";
import { changeEnvironment, getEnvironment } from "../../../operations/deployments/environments.ts";
import { EnvironmentChangeBody } from "./environment-body.ts";

const CHANGEABLE = ["name", "restrictions"];

/** 202 and no body, as documented; the change has been made by then. */
export const createEnvironmentChangeRoute: RepositoryRoute<typeof EnvironmentChangeBody> = {
  subject: "repository",
  method: "POST",
  path: "/2.0/repositories/{workspace}/{repo_slug}/environments/{environment_uuid}/changes",
  apiTokenScopes: ["admin:pipeline:bitbucket"],
  oauthScopes: ["pipeline"],
  permission: "admin",
  successStatuses: [202],
  body: EnvironmentChangeBody,
  async handle(ports, { by, repository, body: { change }, params }) {
    const { uuid } = await getEnvironment(ports, repository, params.environment_uuid!);
    const other = Object.keys(change).find((key) => !CHANGEABLE.includes(key));
    if (other !== undefined) throw changeNotSupported(other);
    const { name, restrictions } = change;
    await changeEnvironment(by, repository, uuid, {
      ...(name === undefined ? {} : { name }),
      ...(restrictions?.admin_only === undefined ? {} : { isAdminOnly: restrictions.admin_only }),
    });
    return { status: 202, body: { kind: "empty" } };
  },
};

/** The key is reported. */
function changeNotSupported(property: string): Failure {
  return new Failure("invalid-input", "Bad request", {
    detail: `Only the name and the restrictions of an environment can be changed, not "${property.slice(0, 100)}"`,
    data: { key: "deploy-service.environment.change-not-supported" },
  });
}
