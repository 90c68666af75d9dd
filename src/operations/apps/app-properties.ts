import { type AppKey, type Installation, parseAppKey } from "../../model/app.ts";
import type { Caller } from "../../model/caller.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import type { Uuid } from "../../model/uuid.ts";
import { accountOf } from "../../model/who-acts.ts";
import type { By, Ports } from "../../ports.ts";
import {
  type AppProperty,
  countProperties,
  deleteProperty,
  listProperties,
  type PropertySubject,
  putProperty,
} from "../../storage/sql/apps/app-properties.ts";
import { findInstallationByAccount } from "../../storage/sql/apps/installations.ts";
import { findMember } from "../../storage/sql/workspaces/members.ts";

/**
 * Values that apps store about repositories, commits, pull requests and accounts: contract, auth-beyond-tokens.md §3.8.
 * `_attributes` says who else may: `public` to read, and without `read_only` other apps to change what is public.
 */
export type PropertyValue = Readonly<Record<string, unknown>> & { readonly _attributes?: readonly string[] };

export type NamedProperty = {
  readonly appKey: string;
  readonly name: string;
  readonly subject: PropertySubject;
};

/** Our choices. */
const VALUE_BYTES_MAX = 32 * 1024;
const PROPERTIES_MAX = 100;

type PropertyPorts = Pick<Ports, "database" | "clock">;

/** @returns JSON. @throws Failure not-found also for what the caller may not read. */
export async function readProperty(
  { database }: Pick<Ports, "database">,
  caller: Caller,
  named: NamedProperty,
): Promise<string> {
  const appKey = parseAppKey(named.appKey);
  const name = parseName(named.name);
  if (appKey === undefined || name === undefined) throw noSuchProperty(named);
  const account = accountOf(caller);
  const own =
    account?.kind === "connect_app"
      ? await findInstallationByAccount(database.kysely, account.uuid)
      : undefined;
  const found = await listProperties(database.kysely, appKey, named.subject, name);
  const shown = ownFirst(found, own?.uuid).find(
    (each) => each.isPublic || each.installationUuid === own?.uuid,
  );
  if (shown === undefined) throw noSuchProperty(named);
  return shown.value;
}

function ownFirst(found: readonly AppProperty[], own: Uuid | undefined): readonly AppProperty[] {
  const isOwn = ({ installationUuid }: AppProperty) => installationUuid === own;
  return [...found.filter(isOwn), ...found.filter((each) => !isOwn(each))];
}

/** @throws Failure invalid-input, not-found, permission-missing. */
export async function writeProperty(
  ports: PropertyPorts,
  by: By,
  installation: Installation,
  named: NamedProperty,
  value: PropertyValue,
): Promise<void> {
  const { appKey, name } = requireNames(named);
  const text = JSON.stringify(value);
  if (Buffer.byteLength(text) > VALUE_BYTES_MAX)
    throw new Failure(
      "invalid-input",
      `Cannot store the property: it is larger than ${VALUE_BYTES_MAX} bytes`,
    );
  const { _attributes: attributes = [] } = value;
  await by.transaction(async (tx) => {
    await requireInWorkspace(tx, installation, named.subject);
    const owner = await ownerOfProperty(tx, installation, appKey, named);
    if ((await countProperties(tx, owner, named.subject)) >= PROPERTIES_MAX) {
      const known = await listProperties(tx, appKey, named.subject, name);
      if (!known.some(({ installationUuid }) => installationUuid === owner))
        throw new Failure("invalid-input", `Cannot store the property: there are ${PROPERTIES_MAX} already`);
    }
    await putProperty(
      tx,
      named.subject,
      name,
      {
        installationUuid: owner,
        value: text,
        isPublic: attributes.includes("public"),
        isReadOnly: attributes.includes("read_only"),
      },
      ports.clock(),
    );
  });
}

/** @throws Failure not-found, permission-missing. */
export async function removeProperty(
  by: By,
  installation: Installation,
  named: NamedProperty,
): Promise<void> {
  const { appKey, name } = requireNames(named);
  await by.transaction(async (tx) => {
    const owner = await ownerOfProperty(tx, installation, appKey, named);
    if (!(await deleteProperty(tx, owner, named.subject, name))) throw noSuchProperty(named);
  });
}

type Transaction = Parameters<Parameters<By["transaction"]>[0]>[0];

/** Of which installation a property is: the caller's own, or another's that lets others change it. */
async function ownerOfProperty(
  tx: Transaction,
  installation: Installation,
  appKey: AppKey,
  named: NamedProperty,
): Promise<Uuid> {
  if (appKey === installation.appKey) return installation.uuid;
  const found = await listProperties(tx, appKey, named.subject, named.name);
  const open = found.find(({ isPublic }) => isPublic);
  if (open === undefined) throw noSuchProperty(named);
  if (open.isReadOnly)
    throw new Failure(
      "permission-missing",
      `Only the app ${appKey} may change the property: it is read_only`,
    );
  return open.installationUuid;
}

/** About the people of its own workspace alone. */
async function requireInWorkspace(
  tx: Transaction,
  { workspaceUuid }: Installation,
  subject: PropertySubject,
): Promise<void> {
  if (subject.kind !== "account") return;
  if ((await findMember(tx, workspaceUuid, subject.accountUuid)) === undefined)
    throw new Failure("not-found", "The app's workspace has no such member");
}

function requireNames({ appKey: key, name: text }: NamedProperty): {
  readonly appKey: AppKey;
  readonly name: string;
} {
  const appKey = parseAppKey(key);
  if (appKey === undefined)
    throw invalidField("app_key", "has other characters than letters, digits, -, . and _");
  const name = parseName(text);
  if (name === undefined) throw invalidField("property_name", "must be 1 to 128 letters, digits, -, . and _");
  return { appKey, name };
}

/** Our choice: the published pattern is not known. */
function parseName(text: string): string | undefined {
  return /^[A-Za-z0-9._-]{1,128}$/.test(text) ? text : undefined;
}

function noSuchProperty({ name }: NamedProperty): Failure {
  return new Failure("not-found", `There is no property ${name}`);
}
