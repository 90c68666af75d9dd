import type { Secret } from "../../model/secret.ts";

/**
 * `rotation`: derives a token's successor, so that a repeated rotation returns the same one; and signs links. `two-step`:
 * seals the seeds of codes. `apps`: seals the secrets that are shared with apps. `pipelines`: seals secured variables
 * and private keys of pipelines. `oidc`: is what tokens of pipelines would be signed with.
 */
export type KeyName = "rotation" | "two-step" | "apps" | "pipelines" | "oidc";

/**
 * Keys of this installation: files beside the database, or rows that are sealed by a key which is not in it. A copy of the
 * database alone gives none.
 */
export type Keys = {
  /**
   * 32 random bytes in hex (`oidc`: an RSA key in PEM), created no later than when first requested; the same in all
   * processes.
   *
   * @throws Failure unavailable if the key is damaged.
   */
  get(name: KeyName): Promise<Secret>;
  /** Passes the existing keys as files, for a backup. */
  takeFiles(take: (file: string, from: string) => Promise<void>): Promise<void>;
};

export const KEY_BYTES = 32;
