import { readFileSync } from "node:fs";
import { rootCertificates } from "node:tls";

type Environment = Readonly<Record<string, string | undefined>>;

/** Variables that name a file of roots which a client takes instead of the system's. */
export const ROOTS_VARIABLES = [
  "SSL_CERT_FILE",
  "CURL_CA_BUNDLE",
  "GIT_SSL_CAINFO",
  "REQUESTS_CA_BUNDLE",
  "PIP_CERT",
  "HTTPLIB2_CA_CERTS",
  "NIX_SSL_CERT_FILE",
  "CARGO_HTTP_CAINFO",
  "DENO_CERT",
  "PERL_LWP_SSL_CA_FILE",
] as const;

/** Debian and Alpine; Fedora; SUSE; OpenBSD, FreeBSD and macOS: those that Go looks for too. */
const SYSTEM_FILES = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

/** Each certificate of all files that the environment names, and of the system, once, as PEM. */
export function readTrustedRoots(environment: Environment): readonly string[] {
  const named = ROOTS_VARIABLES.flatMap((name) => environment[name] || []);
  const system = SYSTEM_FILES.map(readCertificates).find((found) => found.length > 0) ?? rootCertificates;
  return [...new Set([...[...new Set(named)].flatMap(readCertificates), ...system])];
}

/** None for a file that cannot be read: a folder, or one that is not there. The client would do without it too. */
export function readCertificates(path: string): readonly string[] {
  try {
    return readFileSync(path, "utf8").match(PEM) ?? [];
  } catch {
    return [];
  }
}

const PEM = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;
