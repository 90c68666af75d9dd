import { LRUCache } from "lru-cache";
import type { SmtpSettings } from "../config/config.ts";
import type { Secret } from "../model/secret.ts";
import type { Mail, Mailer } from "./mailer.ts";

const CONNECTIONS_MAX = 2;
const WAITING_MAX = 200;
const TIMEOUT_MS = 30_000;
/**
 * To one address for one purpose in an hour: whoever may invite, or add an address, could otherwise fill anybody's mailbox. And
 * what is remembered of that.
 */
export const MAILS_TO_ADDRESS_MAX = 6;
const HOUR_MS = 3_600_000;
const ADDRESSES_MAX = 10_000;

/** The one file that knows nodemailer, which is loaded with the first mail. */
export function openSmtpMailer({ url, from }: SmtpSettings, clock: () => Date): Mailer {
  let waiting = 0;
  const sent = new LRUCache<string, readonly number[]>({ max: ADDRESSES_MAX });

  /** @throws Error beyond the limit. */
  function count({ to, purpose }: Pick<Mail, "to" | "purpose">): void {
    const key = `${purpose} ${to.toLowerCase()}`;
    const now = clock().getTime();
    const recent = (sent.get(key) ?? []).filter((at) => now - at < HOUR_MS && at <= now);
    if (recent.length >= MAILS_TO_ADDRESS_MAX)
      throw Object.assign(new Error("too many mails to one address"), { code: "TOO_MANY" });
    sent.set(key, [...recent, now]);
  }

  let opened: ReturnType<typeof openTransport> | undefined;
  return {
    async send({ to, subject, text, purpose }) {
      if (waiting >= WAITING_MAX) throw new Error(`${WAITING_MAX} mails wait for the mail server already`);
      count({ to, purpose });
      waiting += 1;
      try {
        opened ??= openTransport(url);
        const transport = await opened;
        // As an object, the address is not parsed: no list of addresses can come of it.
        await transport.sendMail({ from, to: { name: "", address: to }, subject, text: text.reveal() });
      } finally {
        waiting -= 1;
      }
    },
    close() {
      void opened?.then((transport) => transport.close());
    },
  };
}

async function openTransport(url: Secret) {
  const { createTransport } = await import("nodemailer");
  const { protocol, hostname, port, username, password } = new URL(url.reveal());
  const isTls = protocol === "smtps:";
  return createTransport({
    pool: true,
    maxConnections: CONNECTIONS_MAX,
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? (isTls ? 465 : 587) : Number(port),
    secure: isTls,
    ...(username === ""
      ? {}
      : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}
