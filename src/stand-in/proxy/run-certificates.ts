import { generateKeyPair, randomBytes } from "node:crypto";
import { isIP, isIPv4 } from "node:net";
import { promisify } from "node:util";
import forge from "node-forge";

export type RunCertificates = {
  /** Of the authority, as PEM: what clients have to trust. Its key is forgotten once the server's certificate is signed. */
  readonly authority: string;
  /** Of the server, as PEM, for all names. */
  readonly certificate: string;
  readonly key: string;
};

const HOUR_MS = 3_600_000;
const LIFE_HOURS = 24;
/** A container's clock may be somewhat behind. */
const EARLIER_HOURS = 1;
const RSA_BITS = 2048;
const SERIAL_BYTES = 16;

/**
 * An authority for one run, and the one certificate that it ever signs. It is constrained to these names (RFC 5280, section
 * 4.2.1.10), so whoever trusts it trusts it for nothing else.
 */
export async function createRunCertificates(
  /** Lower-case host names or IP addresses. */
  names: readonly string[],
  now: Date,
): Promise<RunCertificates> {
  const [authorityKeys, serverKeys] = await Promise.all([createKeys(), createKeys()]);
  const validity = {
    notBefore: new Date(now.getTime() - EARLIER_HOURS * HOUR_MS),
    notAfter: new Date(now.getTime() + LIFE_HOURS * HOUR_MS),
  };
  const subject = [
    { name: "organizationName", value: "Pail" },
    { name: "commonName", value: `pail run ${randomBytes(4).toString("hex")}` },
  ];
  const authority = createCertificate(authorityKeys.publicKey, validity);
  authority.setSubject(subject);
  authority.setIssuer(subject);
  authority.setExtensions([
    { name: "basicConstraints", cA: true, pathLenConstraint: 0, critical: true },
    { name: "keyUsage", keyCertSign: true, critical: true },
    { id: NAME_CONSTRAINTS, critical: true, value: nameConstraints(names) },
    { name: "subjectKeyIdentifier" },
  ]);
  authority.sign(authorityKeys.privateKey, forge.md.sha256.create());
  const server = createCertificate(serverKeys.publicKey, validity);
  server.setSubject([{ name: "organizationName", value: "Pail" }]);
  server.setIssuer(subject);
  server.setExtensions([
    { name: "basicConstraints", cA: false, critical: true },
    { name: "keyUsage", digitalSignature: true, keyEncipherment: true, critical: true },
    { name: "extKeyUsage", serverAuth: true },
    { name: "subjectAltName", altNames: names.map(altNameOf) },
    { name: "subjectKeyIdentifier" },
    // Python from 3.13 on takes no certificate without.
    {
      name: "authorityKeyIdentifier",
      keyIdentifier: authority.generateSubjectKeyIdentifier().getBytes(),
    },
  ]);
  server.sign(authorityKeys.privateKey, forge.md.sha256.create());
  return {
    authority: forge.pki.certificateToPem(authority),
    certificate: forge.pki.certificateToPem(server),
    key: serverKeys.privateKeyText,
  };
}

type Keys = {
  readonly publicKey: forge.pki.rsa.PublicKey;
  readonly privateKey: forge.pki.rsa.PrivateKey;
  readonly privateKeyText: string;
};

/** RSA: the one kind that every client takes, and that node-forge signs with. */
async function createKeys(): Promise<Keys> {
  const made = await promisify(generateKeyPair)("rsa", {
    modulusLength: RSA_BITS,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  return {
    publicKey: forge.pki.publicKeyFromPem(made.publicKey),
    privateKey: forge.pki.privateKeyFromPem(made.privateKey),
    privateKeyText: made.privateKey,
  };
}

function createCertificate(
  publicKey: forge.pki.PublicKey,
  validity: { readonly notBefore: Date; readonly notAfter: Date },
): forge.pki.Certificate {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = publicKey;
  Object.assign(certificate.validity, validity);
  // RFC 5280, section 4.1.2.2: positive, and no two of an issuer alike.
  const serial = randomBytes(SERIAL_BYTES);
  serial[0] = (serial[0]! & 0x3f) | 0x40;
  certificate.serialNumber = serial.toString("hex");
  return certificate;
}

const DNS_NAME = 2;
const IP_ADDRESS = 7;

function altNameOf(name: string) {
  return isIP(name) === 0 ? { type: DNS_NAME, value: name } : { type: IP_ADDRESS, ip: name };
}

const NAME_CONSTRAINTS = "2.5.29.30";
const PERMITTED = 0;
const EXCLUDED = 1;

/** Permits the names and what is below them. An address that is not permitted by name has to be excluded. */
function nameConstraints(names: readonly string[]): forge.asn1.Asn1 {
  const isAddress = (name: string) => isIP(name) !== 0;
  const permitted = [
    ...names.filter((name) => !isAddress(name)).map((name) => subtree(DNS_NAME, name)),
    ...names.filter(isAddress).map((address) => subtree(IP_ADDRESS, addressAndMask(address))),
  ];
  const anyAddress = [8, 32].map((length) => subtree(IP_ADDRESS, "\0".repeat(length)));
  const { Class, Type, create } = forge.asn1;
  return create(Class.UNIVERSAL, Type.SEQUENCE, true, [
    create(Class.CONTEXT_SPECIFIC, PERMITTED as forge.asn1.Type, true, permitted),
    ...(names.some(isAddress)
      ? []
      : [create(Class.CONTEXT_SPECIFIC, EXCLUDED as forge.asn1.Type, true, anyAddress)]),
  ]);
}

function subtree(kind: number, value: string): forge.asn1.Asn1 {
  const { Class, Type, create } = forge.asn1;
  return create(Class.UNIVERSAL, Type.SEQUENCE, true, [
    create(Class.CONTEXT_SPECIFIC, kind as forge.asn1.Type, false, value),
  ]);
}

/** Of this address alone. */
function addressAndMask(address: string): string {
  // Its types leave this one out.
  const { bytesFromIP } = forge.util as unknown as { bytesFromIP(address: string): string };
  const bytes = bytesFromIP(address);
  return `${bytes}${"\xff".repeat(isIPv4(address) ? 4 : 16)}`;
}
