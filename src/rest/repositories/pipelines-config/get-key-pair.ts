import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { getPublicKey } from "../../../operations/pipelines/key-pairs.ts";

/** A `pipeline_ssh_key_pair`, always without the private key. */
export const getKeyPairRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pipelines_config/ssh/key_pair",
  apiTokenScopes: ["read:pipeline:bitbucket"],
  oauthScopes: ["pipeline"],
  permission: "admin",
  async handle(ports, { repository }) {
    return jsonAnswer(200, {
      type: "pipeline_ssh_key_pair",
      public_key: await getPublicKey(ports, repository),
    });
  },
};
