import { newSharedSecret, sealSharedSecret } from "../../../src/connect/shared-secret.ts";
import type { AppKey, Installation } from "../../../src/model/app.ts";
import { replaceAppWebhooks } from "../../../src/operations/apps/app-webhooks.ts";
import { insertAccount } from "../../../src/storage/sql/accounts/accounts.ts";
import { insertInstallation } from "../../../src/storage/sql/apps/installations.ts";
import { insertAppUser } from "../../../src/storage/sql/tokens/app-users.ts";
import type { TestApp } from "../server/test-app.ts";
import { newUuid, sampleAccount } from "./sample-model.ts";

const KEY = "example-app" as AppKey;
const BASE_URL = "https://app.example.com/connect";

/** Stores an app of the workspace, with webhooks and a page, that nobody has been asked for. */
export async function storeInstalledApp({ ports, by, workspace }: TestApp): Promise<Installation> {
  const account = sampleAccount(`app-${newUuid()}`, { kind: "connect_app", displayName: "Example app" });
  const uuid = newUuid();
  const now = ports.clock();
  const sealedSecret = await sealSharedSecret(ports, uuid, newSharedSecret(ports));
  return by.transaction(async (tx) => {
    await insertAccount(tx, account);
    const appUser = { repositoryUuid: undefined, projectUuid: undefined, workspaceUuid: workspace.uuid };
    await insertAppUser(tx, account.uuid, appUser);
    const installation = await insertInstallation(tx, {
      uuid,
      workspaceUuid: workspace.uuid,
      accountUuid: account.uuid,
      appKey: KEY,
      clientKey: undefined,
      descriptorUrl: `${BASE_URL}/descriptor.json`,
      descriptor: {
        key: KEY,
        name: "Example app",
        description: "Looks at what is pushed, and says what it thinks of it.",
        vendor: undefined,
        baseUrl: BASE_URL,
        authentication: "jwt",
        lifecycle: { installed: `${BASE_URL}/installed`, uninstalled: undefined },
        scopes: ["repository", "pullrequest"],
        webhooks: [
          { event: "repo:push", url: `${BASE_URL}/webhook?${"of-the-team-".repeat(10)}` },
          { event: "pullrequest:created", url: `${BASE_URL}/webhook` },
        ],
        postInstallRedirect: undefined,
        frames: [],
        otherModules: ["webItems"],
      },
      isRegistered: false,
      sealedSecret,
      publicKey: "",
      state: "installed",
      installingUntil: undefined,
      createdAt: now,
      updatedAt: now,
    });
    await replaceAppWebhooks(tx, { newUuid }, installation, now);
    return installation;
  });
}
