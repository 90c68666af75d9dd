import { jsonAnswer } from "../../../http/server/answer.ts";
import { getDeployKey } from "../../../operations/keys/deploy-keys.ts";
import { type DeployKeyOperation, makeRepositoryDeployKeyRoute } from "./deploy-key-routes.ts";

export const getDeployKeyOperation: DeployKeyOperation = {
  method: "GET",
  below: "/{key_id}",
  keyScopes: [],
  async handle(ports, { owner, show, params }) {
    return jsonAnswer(200, show(await getDeployKey(ports, owner.subject, params.key_id!)));
  },
};

export const getDeployKeyRoute = makeRepositoryDeployKeyRoute(getDeployKeyOperation);
