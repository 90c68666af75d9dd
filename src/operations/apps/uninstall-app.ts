import type { Installation } from "../../model/app.ts";
import { appSubject } from "../../model/audit.ts";
import { Failure } from "../../model/failure.ts";
import type { Workspace } from "../../model/workspace.ts";
import type { By } from "../../ports.ts";
import { setAccountDisabled } from "../../storage/sql/accounts/accounts.ts";
import { insertAppCall } from "../../storage/sql/apps/app-calls.ts";
import { findInstallation, updateInstallation } from "../../storage/sql/apps/installations.ts";
import { TAKES_ACCESS } from "../../storage/sql/transaction-options.ts";
import { deleteAppWebhooks } from "../../storage/sql/webhooks/webhooks.ts";
import { endAppGrants } from "../oauth/issue-app-token.ts";
import { postLifecycle } from "./call-app.ts";
import { type AppPorts, describeInstallation } from "./install-app.ts";

/**
 * Tells an app that it is uninstalled, and takes everything from it whatever it answers: its tokens, its webhooks and its own
 * calls. Its secret stays, to sign the call if it is installed again.
 *
 * @returns what the app did with the call. Undefined: it has none.
 * @throws Failure not-found if it is not installed.
 */
export async function uninstallApp(
  ports: AppPorts,
  by: By,
  workspace: Workspace,
  installation: Installation,
): Promise<{ readonly isTaken: boolean; readonly problem: string | undefined } | undefined> {
  const { descriptor, state } = installation;
  if (state === "uninstalled") throw notInstalled();
  const url = descriptor.lifecycle.uninstalled;
  const sent =
    url === undefined || state === "incomplete"
      ? undefined
      : await postLifecycle(ports, by.signal, installation, {
          kind: "uninstalled",
          url,
          body: await describeInstallation(ports, by, workspace, installation, "uninstalled"),
          isSigned: descriptor.authentication === "jwt",
        });
  const now = ports.clock();
  await by.transaction(async (tx, record) => {
    if ((await findInstallation(tx, installation.uuid))?.state === "uninstalled") throw notInstalled();
    if (sent !== undefined) await insertAppCall(tx, sent.call);
    await updateInstallation(tx, installation.uuid, { state: "uninstalled", installingUntil: null }, now);
    await deleteAppWebhooks(tx, installation.uuid);
    await endAppGrants(tx, record, ports, by, installation.accountUuid);
    await setAccountDisabled(tx, installation.accountUuid, now);
    record.audit("app.uninstalled", appSubject(installation), { account: installation.accountUuid });
  }, TAKES_ACCESS);
  return sent && { isTaken: sent.isTaken, problem: sent.call.problem };
}

function notInstalled(): Failure {
  return new Failure("not-found", "The app is not installed");
}
