import type { Account } from "../../model/account.ts";
import { Failure } from "../../model/failure.ts";
import { getAccountByEmail } from "../../operations/accounts/accounts.ts";
import type { Ports } from "../../ports.ts";
import { refusedOption } from "../terminal/problem.ts";

/** The account that a flag names by an e-mail address. @throws Failure conflict for that option. */
export async function getNamedAccount(
  ports: Pick<Ports, "database">,
  flag: "account" | "email" | "owner",
  address: string,
): Promise<Account> {
  try {
    return await getAccountByEmail(ports, address);
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== "not-found") throw error;
    throw refusedOption(flag, `there is no account with the e-mail address ${address}`);
  }
}
