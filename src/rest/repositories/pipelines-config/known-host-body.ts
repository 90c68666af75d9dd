import type { BodyOf, TypeBuilder } from "../../../http/routes/body-schema.ts";
import { HOSTNAME_LENGTH_MAX, type KnownHostInput } from "../../../model/pipeline-ssh.ts";
import { SSH_KEY_LENGTH_MAX } from "../../../operations/keys/ssh-public-key.ts";

/** Fingerprints are computed; those of a body are ignored. */
export const KnownHostBody = (Type: TypeBuilder) =>
  Type.Object({
    hostname: Type.String({ minLength: 1, maxLength: HOSTNAME_LENGTH_MAX }),
    public_key: Type.Object({
      key_type: Type.String({ maxLength: 100 }),
      key: Type.String({ maxLength: SSH_KEY_LENGTH_MAX }),
    }),
  });

export function parseKnownHostBody({ hostname, public_key }: BodyOf<typeof KnownHostBody>): KnownHostInput {
  return { hostname, keyType: public_key.key_type, key: public_key.key };
}
