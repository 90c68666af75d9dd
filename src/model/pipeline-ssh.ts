import type { Secret } from "./secret.ts";
import type { Uuid } from "./uuid.ts";

/** A host that steps may connect to, with the key by which they know it. */
export type KnownHost = {
  readonly uuid: Uuid;
  /** `host`, `[host]` or `[host]:port`. */
  readonly hostname: string;
  readonly keyType: string;
  /** Base64. */
  readonly key: string;
  readonly createdAt: Date;
};

export type KnownHostInput = Pick<KnownHost, "hostname" | "keyType" | "key">;

/** With which steps connect to hosts. */
export type KeyPairInput = { readonly publicKey: string; readonly privateKey: Secret };

/** As `known_hosts` of OpenSSH has a name: a host or an address, in brackets if a port follows. The length is that of DNS. */
const HOSTNAME = /^(?:[a-z0-9_.:-]+|\[[a-z0-9_.:-]+\](?::[0-9]{1,5})?)$/i;
export const HOSTNAME_LENGTH_MAX = 253;

export function isKnownHostname(text: string): boolean {
  return text.length <= HOSTNAME_LENGTH_MAX && HOSTNAME.test(text);
}

/** Without brackets and port. */
export function hostOf(hostname: string): string {
  return hostname.toLowerCase().replace(/^\[([^\]]*)\].*$/, "$1");
}
