import type { Account } from "../../model/account.ts";
import type { DeployKeySubject } from "../../model/key.ts";
import { listDeployKeys } from "../../storage/sql/keys/deploy-keys.ts";
import { listGpgKeys } from "../../storage/sql/keys/gpg-keys.ts";
import { listSshKeys } from "../../storage/sql/keys/ssh-keys.ts";
import { ALL, type ExportContext, showTime, withoutEmpty } from "./export-context.ts";

export async function exportAccountKeys({ ports }: ExportContext, { uuid }: Account): Promise<object> {
  const { kysely } = ports.database;
  const [ssh, gpg] = [await listSshKeys(kysely, uuid, ALL), await listGpgKeys(kysely, uuid, ALL)];
  const now = ports.clock();
  return {
    ssh_keys: ssh.values
      // One that has expired would be refused.
      .filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now)
      .map((key) =>
        withoutEmpty({
          key: withComment(key),
          label: key.label,
          expires: key.expiresAt && showTime(key.expiresAt),
        }),
      )
      .toSorted(byKey),
    gpg_keys: gpg.values.map(({ armored, name }) => ({ key: armored, name })).toSorted(byKey),
  };
}

export async function exportDeployKeys(
  { ports, nameOf }: ExportContext,
  subject: DeployKeySubject,
): Promise<readonly object[]> {
  const { values } = await listDeployKeys(ports.database.kysely, subject, ALL);
  return values.map((key) =>
    withoutEmpty({ key: withComment(key), label: key.label, creator: nameOf(key.creator) }),
  );
}

function withComment({ text, comment }: { readonly text: string; readonly comment: string }): string {
  return comment === "" ? text : `${text} ${comment}`;
}

function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  return a.key < b.key ? -1 : 1;
}
