import type { TypeBuilder } from "../../../http/routes/body-schema.ts";
import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { Secret } from "../../../model/secret.ts";
import { SSH_KEY_LENGTH_MAX } from "../../../operations/keys/ssh-public-key.ts";
import { PRIVATE_KEY_LENGTH_MAX, setKeyPair } from "../../../operations/pipelines/key-pairs.ts";

const KeyPairBody = (Type: TypeBuilder) =>
  Type.Object({
    private_key: Type.String({ maxLength: PRIVATE_KEY_LENGTH_MAX }),
    public_key: Type.String({ maxLength: SSH_KEY_LENGTH_MAX }),
  });

export const putKeyPairRoute: RepositoryRoute<typeof KeyPairBody> = {
  subject: "repository",
  method: "PUT",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pipelines_config/ssh/key_pair",
  apiTokenScopes: ["admin:pipeline:bitbucket"],
  oauthScopes: ["pipeline:variable"],
  permission: "admin",
  body: KeyPairBody,
  async handle(ports, { by, repository, body: { private_key, public_key } }) {
    const input = { publicKey: public_key, privateKey: new Secret(private_key) };
    const stored = await setKeyPair(ports, by, repository, input);
    return jsonAnswer(200, { type: "pipeline_ssh_key_pair", public_key: stored });
  },
};
