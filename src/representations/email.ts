import type { EmailAlias } from "../model/account.ts";
import type { BaseUrls } from "./links.ts";

/** An `email`: recorded, contract rest.md §2.2. */
export function representEmail(email: EmailAlias, baseUrls: BaseUrls) {
  return {
    type: "email",
    email: email.address,
    is_primary: email.isPrimary,
    is_confirmed: email.isConfirmed,
    links: { self: { href: `${baseUrls.api}/user/emails/${email.address}` } },
  };
}
