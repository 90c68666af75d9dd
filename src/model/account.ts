import type { Uuid } from "./uuid.ts";

/** `user`: a person's, or one that the operator made for a machine. All others are app users: they are of a credential. */
export const ACCOUNT_KINDS = [
  "user",
  "repository_access_token",
  "project_access_token",
  "workspace_access_token",
  "oauth_consumer",
  "connect_app",
] as const;
export type AccountKind = (typeof ACCOUNT_KINDS)[number];

/** A person or a bot. */
export type Account = {
  readonly uuid: Uuid;
  readonly kind: AccountKind;
  /** One of the forms of Atlassian's account ids: `712020:` and a UUID. */
  readonly accountId: string;
  readonly username: string;
  readonly displayName: string;
  readonly nickname: string;
  readonly isDisabled: boolean;
  readonly createdAt: Date;
};

export type EmailAlias = {
  readonly address: string;
  readonly isPrimary: boolean;
  readonly isConfirmed: boolean;
};

/** RFC 5321, section 4.5.3.1.3: a path is at most 256 bytes with its angle brackets. */
const ADDRESS_LENGTH_MAX = 254;

/** Reads an e-mail address: one `@`, no white space, no control characters, no colon (RFC 7617 forbids it in a user-id). */
export function parseEmailAddress(text: string): string | undefined {
  return text.length <= ADDRESS_LENGTH_MAX && /^[^\s@:<>"\p{C}]+@[^\s@:<>"\p{C}]+$/u.test(text)
    ? text
    : undefined;
}

/** Reads a Bitbucket user name: letters, digits, `_` and `-`. */
export function parseUsername(text: string): string | undefined {
  return /^[A-Za-z0-9_][A-Za-z0-9_-]{0,61}$/.test(text) ? text : undefined;
}
