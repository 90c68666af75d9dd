import { randomBytes } from "node:crypto";
import { join } from "node:path";
import pino from "pino";
import { authenticate } from "../../src/authentication/authenticate.ts";
import { ACCESS_TOKEN_USERNAME, STATIC_USERNAME } from "../../src/authentication/identity-name.ts";
import { readPresentedCredential } from "../../src/authentication/presented-credential.ts";
import { readConfig } from "../../src/config/read-config.ts";
import { openFileKeys } from "../../src/storage/keys/file-keys.ts";
import { openDatabase } from "../../src/storage/sql/open-database.ts";
import { randomNumbersFrom } from "../fixtures/random-bytes.ts";
import { storeApp } from "../fixtures/stored-app.ts";
import type { KnownTokens } from "../fixtures/stored-tokens.ts";
import { basicAuthorization } from "./http-request.ts";

/** A request of REST, which the token of an app is for alone. */
const REQUEST = { method: "GET", target: "/2.0/repositories/acme/demo" };
const FROM = { address: "127.0.0.1", userAgent: "git/2.51.0", request: REQUEST };
const APP_TOKENS = 200;

/** The kinds of credentials that are checked. */
export type CheckedKind = keyof KnownTokens | "app";

export type TokenChecker = {
  /** Microseconds that one check takes of credentials of a kind. */
  measure(kind: CheckedKind, checks: number): Promise<number>;
  close(): Promise<void>;
};

/**
 * Pail's own steps from the `Authorization` header to the caller, over a data folder. They are measured by themselves: in the
 * time of a whole request, some microseconds are lost in the noise, and the difference of two differences even more so.
 */
export async function openTokenChecker(dataFolder: string, tokens: KnownTokens): Promise<TokenChecker> {
  const outcome = readConfig({ data: dataFolder }, {});
  if (outcome.kind === "wrong") throw new Error(outcome.problems.join("; "));
  const { config } = outcome;
  const database = await openDatabase(config.database);
  const ports = {
    config,
    database,
    clock: () => new Date(),
    keys: openFileKeys(join(dataFolder, "keys")),
    log: pino({ level: "silent" }),
    randomBytes,
  };
  const random = randomNumbersFrom("checks");
  const headersOf = (kind: keyof KnownTokens, name: string) =>
    tokens[kind].map((token) => basicAuthorization(name, token));
  const headersByKind = {
    "api-token": headersOf("api-token", STATIC_USERNAME),
    derived: headersOf("derived", STATIC_USERNAME),
    "access-token": headersOf("access-token", ACCESS_TOKEN_USERNAME),
    oauth: headersOf("oauth", ACCESS_TOKEN_USERNAME),
    app: await storeApp(ports, REQUEST, APP_TOKENS),
  };
  return {
    async measure(kind, checks) {
      const headers = headersByKind[kind];
      const channel = kind === "app" ? "rest" : "git";
      // Any of them in turn, so that not one row alone is asked for.
      const order = Array.from({ length: checks }, () => headers[random(headers.length)]!);
      let found = 0;
      const started = performance.now();
      for (const header of order) {
        const caller = await authenticate(ports, channel, readPresentedCredential(header), FROM);
        if (caller.kind === "account") found += 1;
      }
      const ms = performance.now() - started;
      if (found !== checks) throw new Error(`${checks - found} of ${checks} tokens were not known`);
      return (ms * 1000) / checks;
    },
    close: () => database.close(),
  };
}
