import { statSync } from "node:fs";
import type { Logger } from "pino";
import type { TlsSettings } from "../../../config/config.ts";
import {
  type CertificateOutcome,
  dateProblemOf,
  type LoadedCertificate,
  readCertificateFiles,
} from "./read-certificate-files.ts";

/** Asking for the state of two files costs nothing; watching them would miss links that are swapped. */
const LOOK_MS = 5_000;

export type CertificateWatch = { close(): void };

/**
 * Looks at the files every few seconds, also through links that lead to others now. A replacement is read once it is the
 * same at two looks in a row, so that nothing half-written is. If it is broken, does not fit its key or is out of its
 * dates, the old one stays, and the log says why.
 */
export function watchCertificate(
  files: TlsSettings,
  current: LoadedCertificate,
  {
    log,
    clock,
    onReplaced,
    lookMs = LOOK_MS,
  }: {
    readonly log: Logger;
    readonly clock: () => Date;
    readonly onReplaced: (certificate: LoadedCertificate) => void;
    readonly lookMs?: number;
  },
): CertificateWatch {
  let used = current;
  let judged = stateOf(files);
  let changed: string | undefined;

  function look(): void {
    const state = stateOf(files);
    if (state === judged) {
      changed = undefined;
      return;
    }
    if (state !== changed) {
      changed = state;
      return;
    }
    const outcome = readCertificateFiles(files);
    // Replaced while it was read: it is looked at again.
    if (stateOf(files) !== state) return;
    judged = state;
    changed = undefined;
    replace(outcome);
  }

  function replace(outcome: CertificateOutcome): void {
    const problem =
      outcome.kind === "wrong" ? outcome.problem : dateProblem(files, outcome.certificate, clock());
    if (outcome.kind === "wrong" || problem !== undefined) {
      log.error(
        { "tls.problem": problem, "tls.expires_at": used.expiresAt },
        "the new TLS certificate is refused, the old one stays",
      );
      return;
    }
    const { certificate } = outcome;
    if (certificate.cert === used.cert && certificate.key === used.key) return;
    used = certificate;
    onReplaced(certificate);
    log.info(
      { "tls.names": certificate.names, "tls.expires_at": certificate.expiresAt },
      "the TLS certificate was replaced",
    );
  }

  const timer = setInterval(look, lookMs).unref();
  return { close: () => clearInterval(timer) };
}

function dateProblem(
  { certFile }: TlsSettings,
  certificate: LoadedCertificate,
  now: Date,
): string | undefined {
  const problem = dateProblemOf(certificate, now);
  return problem && `${certFile}: ${problem}`;
}

/** What a change of any kind changes. Links are followed. */
function stateOf({ certFile, keyFile }: TlsSettings): string {
  return [certFile, keyFile].map(stateOfFile).join(" ");
}

function stateOfFile(file: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(":");
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? "unknown";
  }
}
