import { NO_ACCESS_TOKENS } from "../../authorization/no-access-tokens.ts";

/** What the operations on an account's own SSH and GPG keys share: contract, rest-of-api.md §6. */
export const OWN_KEYS = { subject: "selected-account", credentialKinds: NO_ACCESS_TOKENS } as const;
