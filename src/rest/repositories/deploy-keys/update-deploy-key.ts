import { jsonAnswer } from "../../../http/server/answer.ts";
import { changeDeployKey, getDeployKey } from "../../../operations/keys/deploy-keys.ts";
import { DeployKeyBody } from "./create-deploy-key.ts";
import { type DeployKeyOperation, makeRepositoryDeployKeyRoute } from "./deploy-key-routes.ts";

/** Of repositories only: a project's key cannot be changed. */
const updateDeployKeyOperation: DeployKeyOperation<typeof DeployKeyBody> = {
  method: "PUT",
  below: "/{key_id}",
  keyScopes: ["write:ssh-key:bitbucket"],
  body: DeployKeyBody,
  async handle(ports, { by, owner, show, params, body: { key, label } }) {
    const found = await getDeployKey(ports, owner.subject, params.key_id!);
    return jsonAnswer(200, show(await changeDeployKey(by, found, { key, label })));
  },
};

export const updateDeployKeyRoute = makeRepositoryDeployKeyRoute(updateDeployKeyOperation);
