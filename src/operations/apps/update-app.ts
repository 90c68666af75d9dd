import { readDescriptor } from "../../connect/descriptor.ts";
import type { AppDescriptor, Installation } from "../../model/app.ts";
import { appSubject } from "../../model/audit.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import { withImplied } from "../../model/oauth-scope.ts";
import type { By } from "../../ports.ts";
import { updateInstallation } from "../../storage/sql/apps/installations.ts";
import { findRegistration } from "../../storage/sql/apps/registrations.ts";
import { endAppGrants } from "../oauth/issue-app-token.ts";
import { replaceAppWebhooks } from "./app-webhooks.ts";
import { fetchDescriptor, requirePublic } from "./call-app.ts";
import type { AppPorts } from "./install-app.ts";
import { nameAppAccount } from "./name-app-account.ts";

/** With what an app updates its own installation: nothing of both, to have its descriptor read again. */
export type AppUpdate = { readonly descriptor?: object; readonly descriptorUrl?: string };

/**
 * Updates an installation by the app itself. What it may do does not grow: for that, somebody has to agree again.
 *
 * @throws Failure invalid-input.
 */
export async function updateApp(
  ports: AppPorts,
  by: By,
  installation: Installation,
  update: AppUpdate,
): Promise<void> {
  const descriptor = await readUpdate(ports, by, installation, update);
  if (descriptor.key !== installation.appKey)
    throw invalidField("descriptor", "has another key than the app that is installed");
  requireNoMoreScopes(installation.descriptor, descriptor);
  const now = ports.clock();
  await by.transaction(async (tx, record) => {
    await updateInstallation(tx, installation.uuid, { descriptor }, now);
    await nameAppAccount(tx, installation.accountUuid, descriptor);
    await replaceAppWebhooks(tx, ports, { ...installation, descriptor }, now);
    // A token has the scopes that the app had.
    if (descriptor.scopes.join(" ") !== installation.descriptor.scopes.join(" "))
      await endAppGrants(tx, record, ports, by, installation.accountUuid);
    record.audit("app.updated", appSubject(installation), {
      account: installation.accountUuid,
      scopes: descriptor.scopes,
    });
  });
}

async function readUpdate(
  ports: AppPorts,
  by: By,
  { descriptorUrl, workspaceUuid, appKey, isRegistered }: Installation,
  update: AppUpdate,
): Promise<AppDescriptor> {
  if (update.descriptor !== undefined && update.descriptorUrl !== undefined)
    throw invalidField("descriptor_url", "must come alone");
  if (update.descriptor !== undefined) {
    const rules = { mayBeHttp: ports.config.mayReachPrivateAddresses };
    const read = await readDescriptor(JSON.stringify(update.descriptor), rules);
    requirePublic(ports, read.baseUrl, "baseUrl");
    return read;
  }
  if (update.descriptorUrl !== undefined) {
    const registration = isRegistered ? await findRegistration(ports.database.kysely, appKey) : undefined;
    if (update.descriptorUrl !== (registration?.descriptorUrl ?? descriptorUrl))
      throw invalidField("descriptor_url", "is not the one that the app was registered with");
  }
  return fetchDescriptor(ports, by, workspaceUuid, update.descriptorUrl ?? descriptorUrl);
}

/** Documented: scopes that grow, or become none, are refused. */
function requireNoMoreScopes(before: AppDescriptor, { scopes }: AppDescriptor): void {
  const granted = withImplied(before.scopes);
  const more = scopes.filter((scope) => !granted.has(scope));
  if (more.length > 0)
    throw new Failure("invalid-input", `Cannot update the app: its scopes would grow by ${more.join(", ")}`);
  if (scopes.length === 0 && before.scopes.length > 0)
    throw new Failure("invalid-input", "Cannot update the app: it would have no scopes any more");
}
