import { createDeployKeyOperation } from "../../../repositories/deploy-keys/create-deploy-key.ts";
import { makeProjectDeployKeyRoute } from "../../../repositories/deploy-keys/deploy-key-routes.ts";

export const createProjectDeployKeyRoute = makeProjectDeployKeyRoute(createDeployKeyOperation);
