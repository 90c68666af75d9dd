import { deleteDeployKeyOperation } from "../../../repositories/deploy-keys/delete-deploy-key.ts";
import { makeProjectDeployKeyRoute } from "../../../repositories/deploy-keys/deploy-key-routes.ts";

export const deleteProjectDeployKeyRoute = makeProjectDeployKeyRoute(deleteDeployKeyOperation);
