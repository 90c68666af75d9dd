import type { InstallationRoute } from "../../../http/routes/subjects/installation.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { Failure } from "../../../model/failure.ts";

/**
 * At Bitbucket it is for the Forge app that follows a Connect app. Here there are no Forge apps: the app itself may ask. The
 * body is not known (our choice).
 */
export const getClientKeyRoute: InstallationRoute = {
  subject: "installation",
  method: "GET",
  path: "/2.0/addon/{addon_key}/client-key",
  apiTokenScopes: ["admin:workspace:bitbucket"],
  oauthScopes: [],
  credentialKinds: ["app"],
  readsFilter: true,
  async handle(_ports, { installation: { appKey, clientKey }, params }) {
    if (params.addon_key !== appKey)
      throw new Failure("not-found", "There is no such app, or it is another one");
    return jsonAnswer(200, { client_key: clientKey });
  },
};
