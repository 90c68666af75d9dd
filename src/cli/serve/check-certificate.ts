import type { Logger } from "pino";
import type { Config } from "../../config/config.ts";
import { dateProblemOf, readCertificateFiles } from "../../http/server/tls/read-certificate-files.ts";
import { Failure } from "../../model/failure.ts";

/**
 * Refuses a start with files that cannot be used, before anything else is done. A certificate that is out of its dates is
 * used all the same: who restarts a server would otherwise have none.
 *
 * @throws Failure unavailable
 */
export function checkCertificate(
  { tls, publicUrl }: Pick<Config, "tls" | "publicUrl">,
  log: Logger,
  now: Date,
): void {
  if (tls === undefined) return;
  const outcome = readCertificateFiles(tls);
  if (outcome.kind === "wrong")
    throw new Failure("unavailable", `Cannot start: the TLS certificate: ${outcome.problem}`);
  const { certificate } = outcome;
  const dateProblem = dateProblemOf(certificate, now);
  if (dateProblem !== undefined)
    log.warn({ file: tls.certFile }, `the TLS certificate ${dateProblem}: clients refuse it`);
  if (certificate.isKeyExposed)
    log.warn(
      { file: tls.keyFile },
      "others on this machine can read the TLS key: chmod 600, or 640 for a group",
    );
  if (publicUrl === undefined) return;
  const { protocol, hostname } = new URL(publicUrl);
  if (protocol === "http:")
    log.warn(
      { url: publicUrl },
      "the public URL begins with http://, but this server speaks https: links do not work",
    );
  if (!certificate.isFor(hostname))
    log.warn(
      { url: publicUrl, "tls.names": certificate.names },
      "the TLS certificate is not for the host of the public URL: clients refuse it",
    );
}
