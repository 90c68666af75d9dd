import { noContentAnswer } from "../../../http/server/answer.ts";
import { getDeployKey, removeDeployKey } from "../../../operations/keys/deploy-keys.ts";
import { type DeployKeyOperation, makeRepositoryDeployKeyRoute } from "./deploy-key-routes.ts";

export const deleteDeployKeyOperation: DeployKeyOperation = {
  method: "DELETE",
  below: "/{key_id}",
  keyScopes: ["delete:ssh-key:bitbucket"],
  async handle(ports, { by, owner, params }) {
    await removeDeployKey(by, owner, await getDeployKey(ports, owner.subject, params.key_id!));
    return noContentAnswer();
  },
};

export const deleteDeployKeyRoute = makeRepositoryDeployKeyRoute(deleteDeployKeyOperation);
