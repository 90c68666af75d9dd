import type { TypeBuilder } from "../../../http/routes/body-schema.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { addDeployKey } from "../../../operations/keys/deploy-keys.ts";
import { SSH_KEY_LENGTH_MAX } from "../../../operations/keys/ssh-public-key.ts";
import { type DeployKeyOperation, makeRepositoryDeployKeyRoute } from "./deploy-key-routes.ts";

export const DeployKeyBody = (Type: TypeBuilder) =>
  Type.Object({
    key: Type.String({ maxLength: SSH_KEY_LENGTH_MAX }),
    label: Type.Optional(Type.String({ maxLength: 255 })),
  });

export const createDeployKeyOperation: DeployKeyOperation<typeof DeployKeyBody> = {
  method: "POST",
  below: "",
  keyScopes: ["write:ssh-key:bitbucket"],
  body: DeployKeyBody,
  // Documented.
  successStatuses: [200],
  async handle(ports, { by, owner, show, body: { key, label = "" } }) {
    return jsonAnswer(200, show(await addDeployKey(ports, by, owner, { key, label })));
  },
};

export const createDeployKeyRoute = makeRepositoryDeployKeyRoute(createDeployKeyOperation);
