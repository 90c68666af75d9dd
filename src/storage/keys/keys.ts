import type { Secret } from "../../model/secret.ts";

/** `rotation`: turns a token into its successor, so that a rotation tried again gives the same one; and signs links. */
export type KeyName = "rotation";

/** Keys of this server, stored beside the database and never in it. */
export type Keys = {
  /**
   * 32 random bytes in hex, made when they are first asked for; the same for all who ask, in whichever process.
   *
   * @throws Failure unavailable if the key is damaged.
   */
  get(name: KeyName): Promise<Secret>;
  /** Gives the keys that have been made as files, for a backup. */
  takeFiles(take: (file: string, from: string) => Promise<void>): Promise<void>;
};

export const KEY_BYTES = 32;
