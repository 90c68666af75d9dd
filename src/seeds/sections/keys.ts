import type { Account } from "../../model/account.ts";
import { projectSubject, repositorySubject } from "../../model/audit.ts";
import type { Repository } from "../../model/repository.ts";
import { addDeployKey, type DeployKeyOwner } from "../../operations/keys/deploy-keys.ts";
import { addGpgKey } from "../../operations/keys/gpg-keys.ts";
import { addSshKey, KEYS_MAX } from "../../operations/keys/ssh-keys.ts";
import { SSH_KEY_LENGTH_MAX } from "../../operations/keys/ssh-public-key.ts";
import { accountName, CLOSED, type Entry, name, type TypeBuilder, text } from "../schema-parts.ts";
import { section } from "../section.ts";
import type { SeedChecker } from "../seed-checker.ts";
import type { SeedContext } from "../seed-context.ts";
import type { SeedPath } from "../seed-path.ts";
import { parseExpiry } from "../seed-time.ts";
import type { SeedProject } from "./permissions.ts";

const sshKey = (type: TypeBuilder) => text(type, "As a .pub file has it", SSH_KEY_LENGTH_MAX);

/** Public keys of an account, which are stored and shown, and open nothing. */
export const accountKeyFields = (type: TypeBuilder) => ({
  ssh_keys: type.Optional(
    type.Array(
      type.Object(
        {
          key: sshKey(type),
          label: type.Optional(name(type, "As it is shown")),
          expires: type.Optional(text(type, "30d from the start, or a date. Without it: never", 40)),
        },
        CLOSED,
      ),
      { maxItems: KEYS_MAX },
    ),
  ),
  gpg_keys: type.Optional(
    type.Array(
      type.Object(
        {
          key: text(type, "In ASCII armor"),
          name: type.Optional(name(type, "Without one: the first user id of the key")),
        },
        CLOSED,
      ),
      { maxItems: KEYS_MAX },
    ),
  ),
});

const accountKeys = (type: TypeBuilder) => type.Object(accountKeyFields(type), CLOSED);
type AccountKeys = Entry<typeof accountKeys>;

export function checkAccountKeys(
  checker: SeedChecker,
  { ssh_keys: sshKeys = [] }: AccountKeys,
  path: SeedPath,
): void {
  for (const [index, { expires }] of sshKeys.entries())
    if (expires !== undefined && parseExpiry(expires, new Date(0)) === undefined)
      checker.problem([...path, "ssh_keys", index, "expires"], "must be such as 30d, 12h or 2026-12-31");
}

export async function applyAccountKeys(
  context: SeedContext,
  account: Account,
  { ssh_keys: sshKeys = [], gpg_keys: gpgKeys = [] }: AccountKeys,
  path: SeedPath,
): Promise<void> {
  const at = context.time;
  for (const [index, { key, label, expires }] of sshKeys.entries())
    await context.make(
      {
        path: [...path, "ssh_keys", index],
        name: `ssh key ${key.trim().split(/\s+/)[1] ?? ""}`,
        at,
        fields: { expires_on: "expires" },
      },
      (ports, by) =>
        addSshKey(ports, by, account, {
          key,
          label,
          comment: undefined,
          expiresAt: expires === undefined ? undefined : parseExpiry(expires, context.now),
        }),
    );
  for (const [index, { key, name: shown }] of gpgKeys.entries())
    await context.make({ path: [...path, "gpg_keys", index], name: `gpg key ${index}`, at }, (ports, by) =>
      addGpgKey(ports, by, account, { key, name: shown }),
    );
}

const deployKeys = (type: TypeBuilder) =>
  type.Array(
    type.Object(
      {
        key: sshKey(type),
        label: type.Optional(name(type, "As it is shown")),
        creator: type.Optional(accountName(type, "Who has added it")),
      },
      CLOSED,
    ),
    { maxItems: KEYS_MAX },
  );

type DeployKeys = Entry<typeof deployKeys>;

function checkDeployKeys(checker: SeedChecker, keys: DeployKeys, path: SeedPath): void {
  for (const [index, { creator }] of keys.entries())
    if (creator !== undefined) checker.require("account", creator, [...path, index, "creator"]);
}

async function applyDeployKeys(
  context: SeedContext,
  owner: DeployKeyOwner,
  keys: DeployKeys,
  path: SeedPath,
): Promise<void> {
  for (const [index, { key, label = "", creator }] of keys.entries()) {
    const as = creator === undefined ? undefined : context.find("account", creator);
    await context.make(
      {
        path: [...path, index],
        name: `deploy key ${owner.subject.uuid} ${index}`,
        at: context.time,
        ...(as === undefined ? {} : { as }),
      },
      (ports, by) => addDeployKey(ports, by, owner, { key, label }),
    );
  }
}

export const repositoryKeysSection = section({
  key: "deploy_keys",
  schema: deployKeys,
  check: checkDeployKeys,
  apply(context, repository: Repository, keys, path) {
    const subject = { kind: "repository", uuid: repository.uuid } as const;
    return applyDeployKeys(context, { subject, audited: repositorySubject(repository) }, keys, path);
  },
});

export const projectKeysSection = section({
  key: "deploy_keys",
  schema: deployKeys,
  check: checkDeployKeys,
  apply(context, { project }: SeedProject, keys, path) {
    const subject = { kind: "project", uuid: project.uuid } as const;
    return applyDeployKeys(context, { subject, audited: projectSubject(project) }, keys, path);
  },
});
