import assert from "node:assert/strict";
import { hash, randomBytes } from "node:crypto";
import type { Account } from "../../../src/model/account.ts";
import type { OauthConsumer } from "../../../src/model/oauth-consumer.ts";
import { createConsumer, type WantedConsumer } from "../../../src/operations/oauth/consumers.ts";
import type { TestApp } from "../server/test-app.ts";
import { signIn } from "../server/web-client.ts";
import { basic, type HttpAnswer, sendRequest } from "./http-request.ts";

export const CALLBACK = "https://app.example.com/cb";

/** A consumer of a test, with its secret. */
export type TestConsumer = {
  readonly consumer: OauthConsumer;
  readonly key: string;
  readonly secret: string;
  /** As `Authorization`. */
  readonly authorization: string;
};

let made = 0;

export async function makeConsumer(
  app: TestApp,
  wanted: Partial<WantedConsumer> = {},
): Promise<TestConsumer> {
  made += 1;
  const { consumer, secret } = await createConsumer(app.ports, app.by, app.workspace, {
    name: `consumer ${made}`,
    description: "",
    url: undefined,
    callbackUrl: CALLBACK,
    isPrivate: true,
    scopes: ["repository", "account"],
    ...wanted,
  });
  const { key } = consumer;
  return { consumer, key, secret: secret.reveal(), authorization: basic(key, secret.reveal()) };
}

export type OauthAnswer = HttpAnswer & { readonly json: Record<string, unknown> };

/** Sends a form to an endpoint of OAuth. */
export async function postForm(
  app: Pick<TestApp, "url">,
  path: string,
  fields: Readonly<Record<string, string>> | string,
  headers: Readonly<Record<string, string>> = {},
): Promise<OauthAnswer> {
  const answer = await sendRequest(app.url, path, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    body: typeof fields === "string" ? fields : new URLSearchParams(fields).toString(),
  });
  return { ...answer, json: answer.text === "" ? {} : JSON.parse(answer.text) };
}

/** Asks for tokens, as the consumer. */
export function askForToken(
  app: Pick<TestApp, "url">,
  { authorization }: Pick<TestConsumer, "authorization">,
  fields: Readonly<Record<string, string>>,
): Promise<OauthAnswer> {
  return postForm(app, "/site/oauth2/access_token", fields, { authorization });
}

/** RFC 7636. */
export function makeVerifier(): { readonly verifier: string; readonly challenge: string } {
  const verifier = randomBytes(32).toString("base64url");
  return { verifier, challenge: hash("sha256", verifier, "base64url") };
}

/** Somebody allows the consumer what it asks for, in a browser. @returns where the browser is sent. */
export async function allowInBrowser(
  app: TestApp,
  { key }: Pick<TestConsumer, "key">,
  account: Account,
  parameters: Readonly<Record<string, string>> = {},
): Promise<URL> {
  const browser = await signIn(app, account);
  const query = new URLSearchParams({ client_id: key, response_type: "code", ...parameters });
  const path = `/site/oauth2/authorize?${query}`;
  const page = await browser.get(path);
  // Allowed before.
  if (page.status === 303) return new URL(page.headers.location!);
  assert.equal(page.status, 200, page.text);
  const scopes = /name="scopes" value="([^"]*)"/.exec(page.text)?.[1] ?? "";
  const answer = await browser.post(path, { action: "allow", scopes });
  assert.equal(answer.status, 303, answer.text);
  return new URL(answer.headers.location!);
}

/** The code that a browser brings back. */
export async function allowedCode(
  app: TestApp,
  consumer: Pick<TestConsumer, "key">,
  account: Account,
  parameters: Readonly<Record<string, string>> = {},
): Promise<string> {
  const code = (await allowInBrowser(app, consumer, account, parameters)).searchParams.get("code");
  assert.ok(code);
  return code;
}

/** The whole grant: allowed in a browser, and exchanged. */
export async function grantedTokens(
  app: TestApp,
  consumer: TestConsumer,
  account: Account,
): Promise<{ readonly access: string; readonly refresh: string }> {
  const code = await allowedCode(app, consumer, account);
  const { status, json, text } = await askForToken(app, consumer, { grant_type: "authorization_code", code });
  assert.equal(status, 200, text);
  return { access: String(json.access_token), refresh: String(json.refresh_token) };
}

/** The status of a request to REST with a bearer token. */
export async function statusOf(
  app: Pick<TestApp, "url">,
  token: string,
  path = "/2.0/repositories/acme/demo",
) {
  const answer = await sendRequest(app.url, path, { headers: { authorization: `Bearer ${token}` } });
  return answer.status;
}
