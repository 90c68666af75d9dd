import type { Account } from "./account.ts";
import type { Uuid } from "./uuid.ts";

/** A public key as `~/.ssh/id_ed25519.pub` has it: sshd(8), AUTHORIZED_KEYS FILE FORMAT, without options. */
export type SshPublicKey = {
  /** `ssh-ed25519`. */
  readonly algorithm: string;
  /** Algorithm and base64: the key without its comment. */
  readonly text: string;
  /** What follows them, in one line; empty if nothing does. */
  readonly comment: string;
  /** SHA-256 of the key's bytes, in base64 without padding and without the prefix `SHA256:`. */
  readonly fingerprint: string;
};

/** What is stored of an SSH key beside its bytes. */
type Stored = Pick<SshPublicKey, "text" | "comment" | "fingerprint"> & {
  readonly label: string;
  readonly createdAt: Date;
};

/** An account's. Stored and shown: this server speaks no SSH, so it opens nothing. */
export type SshKey = Stored & {
  readonly uuid: Uuid;
  readonly accountUuid: Uuid;
  /** Undefined: never. */
  readonly expiresAt: Date | undefined;
};

/** The repository or the project that a deploy key is for. */
export type DeployKeySubject = { readonly kind: "repository" | "project"; readonly uuid: Uuid };

/** What Bitbucket's pages call an access key. Stored and shown, like an account's. */
export type DeployKey = Stored & {
  readonly id: number;
  readonly subject: DeployKeySubject;
  /** Undefined: the account is gone. */
  readonly creator: Account | undefined;
};

/** Of an OpenPGP key, or of a part of one that signs or encrypts in its stead. */
export type GpgKeyPart = {
  /** 40 or 64 hex digits, lower case. */
  readonly fingerprint: string;
  /** 16 hex digits, lower case. */
  readonly keyId: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | undefined;
};

/** An account's OpenPGP public key. */
export type GpgKey = GpgKeyPart & {
  readonly accountUuid: Uuid;
  /** Its first user id. */
  readonly name: string;
  /** In ASCII armor, as it was sent. */
  readonly armored: string;
  readonly addedAt: Date;
  readonly subkeys: readonly GpgKeyPart[];
};
