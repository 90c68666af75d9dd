import { randomBytes } from "node:crypto";
import pino from "pino";
import { operatorBy } from "../../../src/authorization/operator-by.ts";
import type { Config } from "../../../src/config/config.ts";
import { openProcessSlots } from "../../../src/git/process/process-slots.ts";
import { openBackgroundWork } from "../../../src/jobs/background-work.ts";
import { openSignInLimiter } from "../../../src/limits/sign-in-limiter.ts";
import type { Mail } from "../../../src/mail/mailer.ts";
import type { Database } from "../../../src/storage/sql/database.ts";
import { createOutboxSignal } from "../../../src/storage/sql/webhooks/outbox-signal.ts";
import { openMemoryKeys } from "../storage/memory-keys.ts";
import { newUuid } from "./sample-model.ts";

/** What operations about accounts need, on any database: with a clock that is set by hand, and a mail server that keeps all. */
export function openAccountPorts(database: Database) {
  let now = new Date("2026-01-02T03:04:05Z");
  const mails: Mail[] = [];
  const clock = () => now;
  const backgroundWork = openBackgroundWork();
  const log = pino({ level: "silent" });
  const config = {
    publicUrl: "https://git.example.com",
    publicApiUrl: undefined,
    host: "127.0.0.1",
  } as Config;
  const ports = {
    config,
    listening: { port: 1 },
    database,
    transactions: database,
    clock,
    newUuid,
    randomBytes,
    keys: openMemoryKeys(),
    outbox: createOutboxSignal(),
    passwordSlots: openProcessSlots({ slotsMax: 2, shareMax: 1, waitingMax: 50, waitMsMax: 10_000 }),
    signInLimiter: openSignInLimiter({ clock }),
    mailer: {
      async send(mail: Mail) {
        mails.push(mail);
      },
      close() {},
    },
    backgroundWork,
    log,
  };
  return {
    ports,
    by: operatorBy(ports),
    asker: { network: "192.0.2.1", signal: new AbortController().signal },
    /** Once nothing is under way any more. */
    async takeMails(): Promise<readonly Mail[]> {
      await backgroundWork.idle();
      return mails.splice(0);
    },
    pass(ms: number) {
      now = new Date(now.getTime() + ms);
    },
  };
}

export type AccountPorts = ReturnType<typeof openAccountPorts>;
