import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { isIP } from "node:net";
import type { TlsSettings } from "../../../config/config.ts";

/** RFC 8996: older versions must not be used. */
export const TLS_VERSION_MIN = "TLSv1.2";

/** Texts as they are given to OpenSSL, with what is worth knowing of them. */
export type LoadedCertificate = {
  readonly cert: string;
  readonly key: string;
  /** The names and addresses that it is for. */
  readonly names: readonly string[];
  readonly startsAt: Date;
  readonly expiresAt: Date;
  /** The server's own, and those of authorities behind it. */
  readonly chain: readonly X509Certificate[];
  isFor(host: string): boolean;
  /** Whether others than the owner of the file may read the key. */
  readonly isKeyExposed: boolean;
};

export type CertificateOutcome =
  | { readonly kind: "loaded"; readonly certificate: LoadedCertificate }
  /** Names the file, and nothing that is in it. */
  | { readonly kind: "wrong"; readonly problem: string };

const FILE_BYTES_MAX = 1024 * 1024;
/** Permission bits of the group and of everyone. A group may be the server's own, so it counts for writing only. */
const EXPOSED_MODE = 0o027;

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Reads both files and checks that OpenSSL takes them and that they belong together. Dates are the caller's to judge. */
export function readCertificateFiles({ certFile, keyFile }: TlsSettings): CertificateOutcome {
  const [certRead, keyRead] = [readText(certFile), readText(keyFile)];
  if (certRead.kind === "wrong") return certRead;
  if (keyRead.kind === "wrong") return keyRead;
  const pems = certRead.text.match(PEM_CERTIFICATE) ?? [];
  const leaf = pems[0] === undefined ? undefined : parseCertificate(pems[0]);
  const chain = pems.flatMap((pem) => parseCertificate(pem) ?? []);
  if (leaf === undefined || chain.length < pems.length)
    return wrong(`${certFile}: has no certificate in PEM, or a damaged one`);
  const key = parseKey(keyRead.text);
  if (key === "encrypted") return wrong(`${keyFile}: the key has a passphrase: store it without`);
  if (key === undefined) return wrong(`${keyFile}: has no private key in PEM`);
  if (!leaf.checkPrivateKey(key))
    return wrong(`${keyFile}: is not the key of the first certificate in ${certFile}`);
  try {
    // Not imported: an import asks for all that the module has, its list of authorities too, at every start.
    process
      .getBuiltinModule("node:tls")
      .createSecureContext({ cert: certRead.text, key: keyRead.text, minVersion: TLS_VERSION_MIN });
  } catch (error) {
    return wrong(
      `${certFile}: OpenSSL refuses it (${(error as { code?: string }).code ?? "no reason given"})`,
    );
  }
  return {
    kind: "loaded",
    certificate: {
      cert: certRead.text,
      key: keyRead.text,
      names: namesOf(leaf),
      startsAt: leaf.validFromDate,
      expiresAt: leaf.validToDate,
      chain,
      isFor: (host) => isFor(leaf, host),
      isKeyExposed: (keyRead.mode & EXPOSED_MODE) !== 0,
    },
  };
}

/** What is wrong with the certificate at this time: undefined between its dates. */
export function dateProblemOf(
  { startsAt, expiresAt }: Pick<LoadedCertificate, "startsAt" | "expiresAt">,
  now: Date,
): string | undefined {
  if (now > expiresAt) return `expired on ${expiresAt.toISOString()}`;
  if (now < startsAt) return `is not valid before ${startsAt.toISOString()}`;
  return undefined;
}

function wrong(problem: string): CertificateOutcome & { readonly kind: "wrong" } {
  return { kind: "wrong", problem };
}

type TextOutcome = { readonly kind: "text"; readonly text: string; readonly mode: number };

function readText(file: string): TextOutcome | (CertificateOutcome & { readonly kind: "wrong" }) {
  let descriptor: number | undefined;
  try {
    // A pipe without a writer would be waited for.
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    const state = fstatSync(descriptor);
    const { size, mode } = state;
    if (!state.isFile()) return wrong(`${file}: is not a file`);
    if (size > FILE_BYTES_MAX) return wrong(`${file}: is larger than ${FILE_BYTES_MAX} bytes`);
    return { kind: "text", text: readFileSync(descriptor, "utf8"), mode };
  } catch (error) {
    return wrong(`${file}: cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"})`);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function parseCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function parseKey(text: string): KeyObject | "encrypted" | undefined {
  try {
    return createPrivateKey(text);
  } catch {
    return /^(?:-----BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED)/m.test(text) ? "encrypted" : undefined;
  }
}

function isFor(leaf: X509Certificate, host: string): boolean {
  const name = host.replace(/^\[|\]$/g, "");
  return (isIP(name) === 0 ? leaf.checkHost(name, { subject: "never" }) : leaf.checkIP(name)) !== undefined;
}

/** Of `DNS:a.example, IP Address:127.0.0.1`. RFC 9525, section 2: the common name does not count. */
function namesOf(leaf: X509Certificate): readonly string[] {
  return (leaf.subjectAltName ?? "").split(", ").flatMap((entry) => {
    const [, name] = /^(?:DNS|IP Address):(.+)$/.exec(entry) ?? [];
    return name === undefined ? [] : [name];
  });
}
