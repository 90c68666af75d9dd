import type { Account } from "./account.ts";
import type { ApiToken } from "./api-token.ts";

/** Who is calling: a closed union, so that no case is forgotten where access is decided. */
export type Caller =
  | { readonly kind: "anonymous" }
  | {
      readonly kind: "api-token";
      readonly account: Account;
      readonly token: ApiToken;
      /** The name that came with the token. Undefined: none, as a bearer. */
      readonly identity: CallerIdentity | undefined;
    };

/** Where a credential arrives: over smart HTTP, or at the REST API (and the pages beside it). */
export type Channel = "git" | "rest";

export type CallerIdentity = { readonly name: string; readonly channel: Channel };
