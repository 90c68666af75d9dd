import type { Account } from "../../../model/account.ts";
import { type AccountColumns, toAccount } from "./accounts.ts";

/** The columns of an account that is joined under another name: `resolver.uuid as resolver_uuid`. */
export function aliasedAccountColumns<Alias extends string>(alias: Alias) {
  return [
    `${alias}.uuid as ${alias}_uuid`,
    `${alias}.account_kind as ${alias}_account_kind`,
    `${alias}.account_id as ${alias}_account_id`,
    `${alias}.username as ${alias}_username`,
    `${alias}.display_name as ${alias}_display_name`,
    `${alias}.nickname as ${alias}_nickname`,
    `${alias}.disabled_at as ${alias}_disabled_at`,
    `${alias}.created_at as ${alias}_created_at`,
  ] as const;
}

type AliasedColumns<Alias extends string> = {
  readonly [Column in keyof AccountColumns as `${Alias}_${Column}`]: AccountColumns[Column] | null;
};

/** Undefined if the join has found none. */
export function toAliasedAccount<Alias extends string>(
  row: AliasedColumns<Alias>,
  alias: Alias,
): Account | undefined {
  const columns = row as Readonly<Record<string, unknown>>;
  if (columns[`${alias}_uuid`] === null) return undefined;
  const columnOf = <Column extends keyof AccountColumns>(column: Column) =>
    columns[`${alias}_${column}`] as AccountColumns[Column];
  return toAccount({
    uuid: columnOf("uuid"),
    account_kind: columnOf("account_kind"),
    account_id: columnOf("account_id"),
    username: columnOf("username"),
    display_name: columnOf("display_name"),
    nickname: columnOf("nickname"),
    disabled_at: columnOf("disabled_at"),
    created_at: columnOf("created_at"),
  });
}
