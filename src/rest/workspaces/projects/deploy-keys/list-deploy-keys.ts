import { makeProjectDeployKeyRoute } from "../../../repositories/deploy-keys/deploy-key-routes.ts";
import { listDeployKeysOperation } from "../../../repositories/deploy-keys/list-deploy-keys.ts";

export const listProjectDeployKeysRoute = makeProjectDeployKeyRoute(listDeployKeysOperation);
