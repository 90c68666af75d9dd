import { networkOf } from "../../http/server/client-address.ts";
import type { PasswordAsker } from "../../operations/accounts/passwords.ts";
import type { PageRequest } from "../page.ts";

/** For whom a password is worked out: it counts for the network that asks. */
export function askerOf({ address, signal }: PageRequest): PasswordAsker {
  return { network: networkOf(address), signal };
}
