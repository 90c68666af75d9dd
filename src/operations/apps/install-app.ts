import { generateKeyPair } from "node:crypto";
import { promisify } from "node:util";
import { newSharedSecret, openSharedSecret, sealSharedSecret } from "../../connect/shared-secret.ts";
import type { Account } from "../../model/account.ts";
import type { AppDescriptor, AppKey, AppRegistration, Installation } from "../../model/app.ts";
import { appSubject } from "../../model/audit.ts";
import { Failure } from "../../model/failure.ts";
import type { OauthScope } from "../../model/oauth-scope.ts";
import type { Secret } from "../../model/secret.ts";
import { bracedUuid } from "../../model/uuid.ts";
import type { Workspace } from "../../model/workspace.ts";
import type { By, Ports } from "../../ports.ts";
import { representAppPrincipal } from "../../representations/app-principal.ts";
import { findAccountByUuid, insertAccount } from "../../storage/sql/accounts/accounts.ts";
import { insertAppCall } from "../../storage/sql/apps/app-calls.ts";
import {
  countInstallations,
  findInstallationIn,
  insertInstallation,
  updateInstallation,
} from "../../storage/sql/apps/installations.ts";
import { findRegistration } from "../../storage/sql/apps/registrations.ts";
import { lockRows } from "../../storage/sql/lock-rows.ts";
import { insertAppUser } from "../../storage/sql/tokens/app-users.ts";
import { TAKES_ACCESS } from "../../storage/sql/transaction-options.ts";
import { endAppGrants } from "../oauth/issue-app-token.ts";
import { replaceAppWebhooks } from "./app-webhooks.ts";
import { type AppCallPorts, fetchDescriptor, postLifecycle } from "./call-app.ts";
import { nameAppAccount } from "./name-app-account.ts";

export type AppPorts = AppCallPorts & Pick<Ports, "database" | "randomBytes">;

/** From where an app comes: the URL of its descriptor, or its key if it is registered. */
export type AppSource =
  | { readonly kind: "descriptor"; readonly url: string }
  | { readonly kind: "registered"; readonly appKey: AppKey };

/** Our choice, in a workspace. */
const INSTALLATIONS_MAX = 100;
/** While its `installed` call is under way an app may call already. */
const INSTALLING_MS_MAX = 15_000;

/** What an installation would be of: shown before somebody agrees to it. */
export type ReviewedApp = {
  readonly descriptor: AppDescriptor;
  readonly descriptorUrl: string;
  readonly registration: AppRegistration | undefined;
};

/**
 * Reads what is to be installed.
 *
 * @throws Failure not-found without such a registered app; invalid-input if the descriptor is not what it should be.
 */
export async function reviewApp(
  ports: AppPorts,
  by: By,
  workspace: Workspace,
  source: AppSource,
): Promise<ReviewedApp> {
  const { kysely } = ports.database;
  if (source.kind === "registered") {
    const registration = await findRegistration(kysely, source.appKey);
    if (registration === undefined)
      throw new Failure("not-found", `No app with the key ${source.appKey} is registered`);
    const { descriptorUrl } = registration;
    const descriptor = await fetchDescriptor(ports, by, workspace.uuid, descriptorUrl);
    if (descriptor.key !== source.appKey)
      throw new Failure(
        "invalid-input",
        `The descriptor has another key than the one that is registered: ${descriptor.key}`,
      );
    return { descriptor, descriptorUrl, registration };
  }
  const descriptor = await fetchDescriptor(ports, by, workspace.uuid, source.url);
  // Documented: since 2020.
  if ((await findRegistration(kysely, descriptor.key)) !== undefined)
    throw new Failure("invalid-input", `The app ${descriptor.key} is registered: install it by its key`);
  return { descriptor, descriptorUrl: source.url, registration: undefined };
}

/**
 * Installs an app, or installs it again. The app is told, and has to answer, before anything counts.
 *
 * @param agreed the scopes that somebody has agreed to. Undefined: the operator, who sees them afterwards.
 * @throws Failure invalid-input if the app does not take it, conflict if its scopes are no longer those that were agreed to.
 */
export async function installApp(
  ports: AppPorts,
  by: By,
  workspace: Workspace,
  source: AppSource,
  agreed?: readonly OauthScope[],
): Promise<Installation> {
  const reviewed = await reviewApp(ports, by, workspace, source);
  const { descriptor } = reviewed;
  if (agreed !== undefined && !descriptor.scopes.every((scope) => agreed.includes(scope)))
    throw new Failure("conflict", "The app asks for other scopes than a moment ago: look at them again");
  const secret = await secretFor(ports, reviewed);
  const { installation, isFirst, known } = await begin(ports, by, workspace, reviewed, secret);
  const sent = await callInstalled(ports, by, workspace, { reviewed, installation, isFirst, secret });
  const sealedSecret = await sealSharedSecret(ports, installation.uuid, secret);
  const now = ports.clock();
  await by.transaction(async (tx, record) => {
    if (sent !== undefined) await insertAppCall(tx, sent.call);
    if (sent?.isTaken === false) {
      await updateInstallation(tx, installation.uuid, { installingUntil: null }, now);
      // What it has got while it was asked. One that was installed stays as it was.
      if (known?.state !== "installed") await endAppGrants(tx, record, ports, by, installation.accountUuid);
      return;
    }
    // What it has got before: by a secret that ends now, and maybe with more scopes.
    if (known !== undefined) await endAppGrants(tx, record, ports, by, installation.accountUuid);
    const { descriptorUrl, registration } = reviewed;
    await updateInstallation(
      tx,
      installation.uuid,
      {
        descriptor,
        descriptorUrl,
        sealedSecret,
        isRegistered: registration !== undefined,
        state: "installed",
        installingUntil: null,
      },
      now,
    );
    await nameAppAccount(tx, installation.accountUuid, descriptor);
    await replaceAppWebhooks(tx, ports, { ...installation, descriptor }, now);
    record.audit("app.installed", appSubject(installation), {
      account: installation.accountUuid,
      scopes: descriptor.scopes,
      descriptor_url: descriptorUrl,
    });
  }, TAKES_ACCESS);
  if (sent?.isTaken === false)
    throw new Failure(
      "invalid-input",
      `The app was not installed, since it did not take its call: ${sent.call.problem}`,
    );
  return { ...installation, descriptor, sealedSecret, state: "installed", installingUntil: undefined };
}

async function secretFor(ports: AppPorts, { registration, descriptor }: ReviewedApp): Promise<Secret> {
  return registration !== undefined && descriptor.authentication === "jwt"
    ? openSharedSecret(ports, registration)
    : newSharedSecret(ports);
}

type Begun = {
  readonly installation: Installation;
  /** The app does not share a secret with this server yet. */
  readonly isFirst: boolean;
  /** As it was before. Undefined: the app was never in the workspace. */
  readonly known: Installation | undefined;
};

async function begin(
  ports: AppPorts,
  by: By,
  workspace: Workspace,
  { descriptor, descriptorUrl, registration }: ReviewedApp,
  secret: Secret,
): Promise<Begun> {
  const uuid = ports.newUuid();
  const sealedSecret = await sealSharedSecret(ports, uuid, secret);
  const publicKey = await newPublicKey();
  const now = ports.clock();
  const installingUntil = new Date(now.getTime() + INSTALLING_MS_MAX);
  return by.transaction(async (tx) => {
    await lockRows(tx, [{ table: "workspace", uuid: workspace.uuid, strength: "update" }]);
    const known = await findInstallationIn(tx, workspace.uuid, descriptor.key);
    if (known !== undefined) {
      const clientKey =
        registration === undefined ? known.clientKey : registeredClientKey(workspace, descriptor);
      // While it is asked, an app that is not installed may what somebody has agreed to now, not what it asked for once.
      const asked = known.state === "installed" ? {} : { descriptor };
      await updateInstallation(tx, known.uuid, { ...asked, installingUntil, clientKey }, now);
      return {
        installation: { ...known, clientKey, descriptor },
        isFirst: known.state === "incomplete",
        known,
      };
    }
    if ((await countInstallations(tx, workspace.uuid)) >= INSTALLATIONS_MAX)
      throw new Failure(
        "invalid-input",
        `Cannot install the app: the workspace has had ${INSTALLATIONS_MAX} already`,
      );
    const account = newAppAccount(ports, descriptor, now);
    await insertAccount(tx, account);
    await insertAppUser(tx, account.uuid, {
      repositoryUuid: undefined,
      projectUuid: undefined,
      workspaceUuid: workspace.uuid,
    });
    const installation = await insertInstallation(tx, {
      uuid,
      workspaceUuid: workspace.uuid,
      accountUuid: account.uuid,
      appKey: descriptor.key,
      clientKey: registration === undefined ? undefined : registeredClientKey(workspace, descriptor),
      descriptorUrl,
      descriptor,
      isRegistered: registration !== undefined,
      sealedSecret,
      publicKey,
      state: "incomplete",
      installingUntil,
      createdAt: now,
      updatedAt: now,
    });
    return { installation, isFirst: true, known: undefined };
  });
}

/** Recorded: an identifier of Atlassian's. */
function registeredClientKey({ uuid }: Workspace, { key }: AppDescriptor): string {
  return `ari:cloud:bitbucket::app/${bracedUuid(uuid)}/${key}`;
}

const USERNAME_BYTES = 15;

/** The account in whose name the app acts. Nobody signs in with it. */
function newAppAccount(
  { newUuid }: Pick<Ports, "newUuid">,
  { name }: AppDescriptor,
  createdAt: Date,
): Account {
  return {
    uuid: newUuid(),
    kind: "connect_app",
    accountId: `712020:${newUuid()}`,
    username: `app-${newUuid()
      .replaceAll("-", "")
      .slice(0, 2 * USERNAME_BYTES - 4)}`,
    displayName: name,
    nickname: name,
    isDisabled: false,
    createdAt,
  };
}

/** Nothing is signed with it, but clients look for one: so its other half is not kept. */
async function newPublicKey(): Promise<string> {
  const { publicKey } = await promisify(generateKeyPair)("rsa", {
    modulusLength: 2_048,
    publicKeyEncoding: { type: "spki", format: "der" },
    privateKeyEncoding: { type: "pkcs8", format: "der" },
  });
  return publicKey.toString("base64");
}

async function callInstalled(
  ports: AppPorts,
  by: By,
  workspace: Workspace,
  {
    reviewed: { descriptor, registration },
    installation,
    isFirst,
    secret,
  }: Omit<Begun, "known"> & { readonly reviewed: ReviewedApp; readonly secret: Secret },
) {
  const url = descriptor.lifecycle.installed;
  if (url === undefined) return undefined;
  const hasSecret = descriptor.authentication === "jwt";
  return postLifecycle(ports, by.signal, installation, {
    kind: "installed",
    url,
    body: {
      ...(await describeInstallation(ports, by, workspace, installation, "installed")),
      ...(hasSecret ? { sharedSecret: secret.reveal() } : {}),
      ...(await describeActor(ports, by)),
    },
    // Documented: with the secret that the app has by then.
    isSigned: hasSecret && (!isFirst || registration !== undefined),
  });
}

/** What both lifecycle calls have: contract, auth-beyond-tokens.md §3.4. */
export async function describeInstallation(
  _ports: AppPorts,
  { baseUrls }: By,
  workspace: Workspace,
  { appKey, clientKey, publicKey }: Installation,
  eventType: "installed" | "uninstalled",
) {
  const principal = representAppPrincipal(workspace, baseUrls);
  return {
    key: appKey,
    clientKey,
    publicKey,
    eventType,
    productType: "bitbucket",
    baseUrl: baseUrls.html,
    // Recorded: the host, without the version.
    baseApiUrl: baseUrls.api.replace(/\/2\.0$/, ""),
    principal,
    user: principal,
  };
}

async function describeActor({ database }: AppPorts, { actor }: By) {
  if (actor.kind !== "account") return {};
  const account = await findAccountByUuid(database.kysely, actor.accountUuid);
  return account === undefined
    ? {}
    : { actor: { type: "user", uuid: account.uuid, account_id: account.accountId } };
}
