/** Whom a limit counts for: an account, a repository. */
export type QuotaKey = {
  readonly kind: "account" | "address" | "anonymous" | "repository";
  readonly id: string;
};
