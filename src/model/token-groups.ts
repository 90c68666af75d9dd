/** Tokens of a workspace that need a look: against its policy, and by what they can and are used for. */
export const TOKEN_GROUPS = ["expiring", "unused", "against", "write"] as const;
export type TokenGroup = (typeof TOKEN_GROUPS)[number];

export const TOKEN_ORDERS = ["expiry", "last-used"] as const;
export type TokenOrder = (typeof TOKEN_ORDERS)[number];

/** Those that expire within so many days. */
export const EXPIRING_DAYS = 14;
/** Those that were not used for so long. */
export const UNUSED_DAYS = 90;
