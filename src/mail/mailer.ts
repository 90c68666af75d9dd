import type { Secret } from "../model/secret.ts";

export type Mail = {
  /** What it is for: mails of one kind do not use up what another may send to an address. */
  readonly purpose: string;
  readonly to: string;
  readonly subject: string;
  /** May have a link in it that opens an account. */
  readonly text: Secret;
};

export type Mailer = {
  /** @throws Error if the mail server does not take it. */
  send(mail: Mail): Promise<void>;
  /** Ends connections that are kept for the next mail. */
  close(): void;
};
