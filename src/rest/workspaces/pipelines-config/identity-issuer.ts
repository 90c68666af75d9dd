import type { RestRequest } from "../../../http/routes/declaration.ts";
import { findNamedWorkspace } from "../../../http/routes/named-subjects.ts";
import { Failure } from "../../../model/failure.ts";
import type { Ports } from "../../../ports.ts";

/**
 * Who would issue tokens to the pipelines of the workspace that the path names. Cloud providers ask without a credential, so
 * anyone learns whether there is a workspace of that name, as at Bitbucket.
 *
 * @throws Failure not-found.
 */
export async function getIdentityIssuer(
  ports: Pick<Ports, "database">,
  { params, baseUrls }: Pick<RestRequest, "params" | "baseUrls">,
): Promise<string> {
  const workspace = await findNamedWorkspace(ports, params);
  if (workspace === undefined)
    throw new Failure("not-found", `No workspace with identifier '${params.workspace}'.`);
  return `${baseUrls.api}/workspaces/${workspace.slug}/pipelines-config/identity/oidc`;
}
