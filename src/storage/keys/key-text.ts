import { createPrivateKey, generateKeyPair, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { KEY_BYTES, type KeyName } from "./keys.ts";

/** RFC 7518, section 3.3: no less for RS256. */
const RSA_BITS = 2048;

/** A new key as it is stored. */
export async function newKeyText(name: KeyName): Promise<string> {
  if (name !== "oidc") return randomBytes(KEY_BYTES).toString("hex");
  const { privateKey } = await promisify(generateKeyPair)("rsa", {
    modulusLength: RSA_BITS,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  return privateKey.trim();
}

/** Whether a stored text is undamaged. */
export function isKeyText(name: KeyName, text: string): boolean {
  if (name !== "oidc") return /^[0-9a-f]{64}$/.test(text);
  try {
    return createPrivateKey(text).asymmetricKeyType === "rsa";
  } catch {
    return false;
  }
}
