import { createHash } from "node:crypto";
import type { KnownHost } from "../model/pipeline-ssh.ts";
import { bracedUuid } from "../model/uuid.ts";

/** A `pipeline_known_host`. How the fingerprints are written is not known: as OpenSSH does (our choice). */
export function representKnownHost({ uuid, hostname, keyType, key }: KnownHost) {
  const bytes = Buffer.from(key, "base64");
  const md5 = createHash("md5").update(bytes).digest("hex");
  const sha256 = createHash("sha256").update(bytes).digest("base64");
  return {
    type: "pipeline_known_host",
    uuid: bracedUuid(uuid),
    hostname,
    public_key: {
      type: "pipeline_ssh_public_key",
      key_type: keyType,
      key,
      md5_fingerprint: md5.match(/../g)!.join(":"),
      sha256_fingerprint: `SHA256:${sha256.replaceAll("=", "")}`,
    },
  };
}
