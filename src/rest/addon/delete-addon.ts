import type { InstallationRoute } from "../../http/routes/subjects/installation.ts";
import { noContentAnswer } from "../../http/server/answer.ts";
import { uninstallApp } from "../../operations/apps/uninstall-app.ts";
import { findWorkspace } from "../../storage/sql/workspaces/workspaces.ts";

export const deleteAddonRoute: InstallationRoute = {
  subject: "installation",
  method: "DELETE",
  path: "/2.0/addon",
  apiTokenScopes: [],
  oauthScopes: [],
  credentialKinds: ["app"],
  async handle(ports, { by, installation }) {
    // With its workspace an installation goes.
    const workspace = (await findWorkspace(ports.database.kysely, { uuid: installation.workspaceUuid }))!;
    await uninstallApp(ports, by, workspace, installation);
    return noContentAnswer();
  },
};
