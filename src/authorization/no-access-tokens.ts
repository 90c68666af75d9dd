import type { CallerCredential } from "../model/caller.ts";

/**
 * For what access tokens may not do, whatever their scopes: ask about their own account, read or change permissions (contract,
 * auth-beyond-tokens.md §2.4).
 */
export const NO_ACCESS_TOKENS = [
  "api-token",
  "oauth",
  "app",
  "ssh-key",
] as const satisfies readonly CallerCredential["kind"][];
