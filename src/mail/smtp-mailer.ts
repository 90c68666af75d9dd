import type { SmtpSettings } from "../config/config.ts";
import type { Secret } from "../model/secret.ts";
import type { Mailer } from "./mailer.ts";

const CONNECTIONS_MAX = 2;
const WAITING_MAX = 200;
const TIMEOUT_MS = 30_000;

/** The one file that knows nodemailer, which is loaded with the first mail. */
export function openSmtpMailer({ url, from }: SmtpSettings): Mailer {
  let waiting = 0;
  let opened: ReturnType<typeof openTransport> | undefined;
  return {
    async send({ to, subject, text }) {
      if (waiting >= WAITING_MAX) throw new Error(`${WAITING_MAX} mails wait for the mail server already`);
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
