import { publicBaseUrlsOf } from "../config/public-base-urls.ts";
import type { Mail } from "../mail/mailer.ts";
import { resourceUuid, type TokenResource } from "../model/access-token.ts";
import { OPERATOR } from "../model/caller.ts";
import type { Token } from "../model/token.ts";
import {
  listDueMails,
  type NoticeBy,
  noteExpiringTokens,
  noteMailed,
} from "../operations/tokens/expiry-notices.ts";
import type { Ports } from "../ports.ts";
import { withLease } from "../storage/sql/with-lease.ts";
import { openWriteTransaction } from "../storage/sql/write-transaction.ts";
import { type Repeated, repeat } from "./repeat.ts";

type NoticePorts = Pick<
  Ports,
  | "config"
  | "listening"
  | "database"
  | "transactions"
  | "outbox"
  | "mailer"
  | "metrics"
  | "clock"
  | "newUuid"
  | "log"
>;

/** What a mail about tokens that end soon says. */
export type ExpiryMail = {
  readonly tokens: readonly Pick<Token, "uuid" | "name" | "expiresAt">[];
  /** Whom it is for, by name. */
  readonly recipient: string;
  /** Of what they are access tokens. Undefined: they are the recipient's own. */
  readonly resource: TokenResource | undefined;
  /** Of pages: what their paths are appended to. */
  readonly baseUrl: string;
};

/** Written where all words are. */
export type WriteExpiryMail = (mail: ExpiryMail) => Pick<Mail, "subject" | "text">;

const STEP_MS = 3_600_000;
const LEASE_NAME = "token-expiry-notices";

/**
 * Tells owners and webhooks that tokens end soon, now and every hour. One server of all
 * does it, and each notice is given once. A mail that the mail server does not take is tried again for two days.
 */
export function startTokenExpiryNotices(ports: NoticePorts, writeMail: WriteExpiryMail): Repeated {
  const abort = new AbortController();
  async function noticeAll(): Promise<void> {
    try {
      await withLease(ports, LEASE_NAME, abort.signal, async (lease) => {
        const by: NoticeBy = { transaction: openWriteTransaction(ports, OPERATOR), lease };
        await noteExpiringTokens(ports, by);
        await mailAll(ports, by, writeMail, lease.signal);
      });
    } catch (error) {
      if (!abort.signal.aborted)
        ports.log.warn({ err: error }, "owners of tokens were not told of their ends");
    }
  }

  const repeated = repeat(noticeAll, STEP_MS);
  return {
    run: repeated.run,
    close() {
      abort.abort();
      return repeated.close();
    },
  };
}

async function mailAll(
  ports: NoticePorts,
  by: NoticeBy,
  writeMail: WriteExpiryMail,
  signal: AbortSignal,
): Promise<void> {
  const { mailer, log } = ports;
  if (mailer === undefined) return;
  const baseUrl = publicBaseUrlsOf(ports).html;
  // One for each page on which tokens are made.
  const byPage = Map.groupBy(
    await listDueMails(ports),
    ({ address, resource }) => `${address} ${resource === undefined ? "" : resourceUuid(resource)}`,
  );
  for (const due of byPage.values()) {
    if (signal.aborted) return;
    try {
      const { recipient, resource, address } = due[0]!;
      const tokens = due.map(({ token }) => token);
      const mail = writeMail({ tokens, recipient: recipient.displayName, resource, baseUrl });
      await mailer.send({ ...mail, to: address, purpose: "token-expiry" });
    } catch (error) {
      // The message of a mail server may repeat the address.
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      log.error({ "token.id": due[0]!.token.uuid, "mail.error": code ?? "unknown" }, "a mail was not sent");
      continue;
    }
    await noteMailed(ports, by, due);
  }
}
