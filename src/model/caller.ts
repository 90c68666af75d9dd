import type { Account } from "./account.ts";
import type { ApiToken } from "./api-token.ts";

/** Who is calling: a closed union, so that no case is forgotten where access is decided. */
export type Caller =
  | { readonly kind: "anonymous" }
  | { readonly kind: "api-token"; readonly account: Account; readonly token: ApiToken };
