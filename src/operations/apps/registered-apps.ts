import { newSharedSecret, sealSharedSecret } from "../../connect/shared-secret.ts";
import type { AppRegistration } from "../../model/app.ts";
import { appSubject, workspaceSubject } from "../../model/audit.ts";
import { Failure } from "../../model/failure.ts";
import type { Secret } from "../../model/secret.ts";
import type { Workspace } from "../../model/workspace.ts";
import type { By } from "../../ports.ts";
import {
  deleteRegistration,
  insertRegistration,
  setDevelopmentMode,
} from "../../storage/sql/apps/registrations.ts";
import { isUniqueViolation } from "../../storage/sql/database-failure.ts";
import { TAKES_ACCESS } from "../../storage/sql/transaction-options.ts";
import { fetchDescriptor } from "./call-app.ts";
import type { AppPorts } from "./install-app.ts";

/**
 * Registers an app of a workspace by its descriptor: it can then be installed anywhere on the server by its key, and has one
 * secret for all its installations.
 *
 * @returns the secret, this once.
 * @throws Failure conflict if the key is taken; invalid-input.
 */
export async function registerApp(
  ports: AppPorts,
  by: By,
  workspace: Workspace,
  descriptorUrl: string,
): Promise<{ readonly registration: AppRegistration; readonly secret: Secret }> {
  const { key, name } = await fetchDescriptor(ports, by, workspace.uuid, descriptorUrl);
  const uuid = ports.newUuid();
  const secret = newSharedSecret(ports);
  const registration: AppRegistration = {
    uuid,
    workspaceUuid: workspace.uuid,
    appKey: key,
    name,
    descriptorUrl,
    sealedSecret: await sealSharedSecret(ports, uuid, secret),
    createdAt: ports.clock(),
  };
  try {
    await by.transaction(async (tx, record) => {
      await insertRegistration(tx, registration);
      record.audit("app.registered", appSubject(registration), { descriptor_url: descriptorUrl });
    });
  } catch (error) {
    throw isUniqueViolation(error)
      ? new Failure("conflict", `Cannot register the app: one with the key ${key} is registered already`)
      : error;
  }
  return { registration, secret };
}

/** Its installations stay. @throws Failure not-found if it has just been removed. */
export async function unregisterApp(by: By, registration: AppRegistration): Promise<void> {
  await by.transaction(async (tx, record) => {
    if (!(await deleteRegistration(tx, registration.uuid)))
      throw new Failure("not-found", "The app is not registered any more");
    record.audit("app.unregistered", appSubject(registration));
  }, TAKES_ACCESS);
}

/** Whether apps may be installed in a workspace by the URL of their descriptor. */
export async function changeDevelopmentMode(by: By, workspace: Workspace, isOn: boolean): Promise<void> {
  await by.transaction(async (tx, record) => {
    await setDevelopmentMode(tx, workspace.uuid, isOn);
    record.audit("workspace.changed", workspaceSubject(workspace), { app_development_mode: isOn });
  });
}
