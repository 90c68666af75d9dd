import { createHash, createPublicKey } from "node:crypto";
import type { Ports } from "../../ports.ts";

/** A public key as RFC 7517 has it. */
export type IdentityKey = {
  readonly kty: "RSA";
  readonly use: "sig";
  readonly alg: "RS256";
  readonly kid: string;
  readonly n: string;
  readonly e: string;
};

/** What tokens of pipelines could be verified with. Nothing issues any: no pipeline runs here. */
export async function listIdentityKeys({ keys }: Pick<Ports, "keys">): Promise<readonly IdentityKey[]> {
  const { n = "", e = "" } = createPublicKey((await keys.get("oidc")).reveal()).export({ format: "jwk" });
  // RFC 7638: the thumbprint of the key's members, in this order and without spaces.
  const kid = createHash("sha256")
    .update(JSON.stringify({ e, kty: "RSA", n }))
    .digest("base64url");
  return [{ kty: "RSA", use: "sig", alg: "RS256", kid, n, e }];
}
