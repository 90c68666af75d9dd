import { makeProjectDeployKeyRoute } from "../../../repositories/deploy-keys/deploy-key-routes.ts";
import { getDeployKeyOperation } from "../../../repositories/deploy-keys/get-deploy-key.ts";

export const getProjectDeployKeyRoute = makeProjectDeployKeyRoute(getDeployKeyOperation);
