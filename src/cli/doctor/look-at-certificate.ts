import { X509Certificate } from "node:crypto";
import { rootCertificates } from "node:tls";
import type { Config } from "../../config/config.ts";
import {
  dateProblemOf,
  type LoadedCertificate,
  readCertificateFiles,
} from "../../http/server/tls/read-certificate-files.ts";
import { type Finding, failing, ok, warning } from "./finding.ts";

const CHECK = "certificate";
const DAY_MS = 86_400_000;
/** ACME clients renew a month before the end. */
const DAYS_LEFT_LOW = 14;

export function lookAtCertificate(
  { tls, publicUrl }: Pick<Config, "tls" | "publicUrl">,
  now: Date,
): readonly Finding[] {
  if (tls === undefined) return [];
  const outcome = readCertificateFiles(tls);
  if (outcome.kind === "wrong")
    return [failing(CHECK, outcome.problem, "the server does not start with these files")];
  const { certificate } = outcome;
  return [
    lookAtDates(certificate, now),
    ...(certificate.isKeyExposed
      ? [warning("TLS key", `others on this machine can read ${tls.keyFile}`, `chmod 600 ${tls.keyFile}`)]
      : []),
    ...lookAtNames(certificate, publicUrl),
    lookAtChain(certificate, tls.certFile),
  ];
}

function lookAtDates(certificate: LoadedCertificate, now: Date): Finding {
  const problem = dateProblemOf(certificate, now);
  const remedy = "renew it: the server takes the new files by itself";
  if (problem !== undefined) return failing(CHECK, problem, remedy);
  const daysLeft = Math.floor((certificate.expiresAt.getTime() - now.getTime()) / DAY_MS);
  const text = `good until ${certificate.expiresAt.toISOString()} (${daysLeft} days)`;
  return daysLeft < DAYS_LEFT_LOW ? warning(CHECK, text, remedy) : ok(CHECK, text);
}

function lookAtNames({ names, isFor }: LoadedCertificate, publicUrl: string | undefined): readonly Finding[] {
  const known = names.length === 0 ? "no name" : names.join(", ");
  if (publicUrl === undefined) return [ok("names", `it is for ${known}`)];
  const { hostname } = new URL(publicUrl);
  return [
    isFor(hostname)
      ? ok("names", `it is for ${hostname}`)
      : failing(
          "names",
          `it is for ${known}, and not for ${hostname}`,
          "ask for a certificate with that name",
        ),
  ];
}

/** Clients have the authorities, and not what stands between them and the certificate. */
function lookAtChain({ chain }: LoadedCertificate, certFile: string): Finding {
  const last = chain.at(-1)!;
  const gap = chain.findIndex((each, index) => {
    const issuer = chain[index + 1];
    return issuer !== undefined && !each.checkIssued(issuer);
  });
  if (gap !== -1)
    return warning(
      "chain",
      `certificate ${gap + 2} in ${certFile} is not the one that vouches for certificate ${gap + 1}`,
      "put the server's own first, then the one that has signed it, and so on",
    );
  if (isRoot(last)) return ok("chain", "it leads to an authority that clients know");
  return last.checkIssued(last)
    ? warning(
        "chain",
        "nobody but itself vouches for it",
        "clients need to be told to trust it (git: http.sslCAInfo)",
      )
    : warning(
        "chain",
        "it does not lead to an authority that clients know",
        `add the certificates between (fullchain.pem) to ${certFile}; with an authority of your own, clients need it`,
      );
}

function isRoot(last: X509Certificate): boolean {
  return rootCertificates.some((pem) => {
    const root = new X509Certificate(pem);
    return (
      last.fingerprint256 === root.fingerprint256 || (last.checkIssued(root) && last.verify(root.publicKey))
    );
  });
}
