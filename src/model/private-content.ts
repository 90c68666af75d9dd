import type { Network } from "./bound.ts";
import type { Uuid } from "./uuid.ts";

/**
 * What a workspace asks before its private content is opened: contract, auth-beyond-tokens.md §7.3. It concerns credentials of
 * all kinds, sessions too.
 */
export type PrivateContentRule = {
  readonly workspaceUuid: Uuid;
  readonly from: Date;
  /** From where it may be opened. Empty: from anywhere. */
  readonly networks: readonly Network[];
  /** It takes two-step verification, and the account is a person's who has none. */
  readonly lacksTwoStep: boolean;
};
