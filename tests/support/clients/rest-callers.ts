import type { Account } from "../../../src/model/account.ts";
import { createAccount } from "../../../src/operations/accounts/accounts.ts";
import { createApiToken } from "../../../src/operations/tokens/api-tokens.ts";
import { ALL_SCOPES } from "../examples/all-routes.ts";
import type { RestOutcome } from "../server/filled-app.ts";
import type { TestApp } from "../server/test-app.ts";
import { basic } from "./http-request.ts";

/** Calls REST as one account; `path` is behind `/2.0`, or a whole URL of an answer. */
export type CallRest = (method: string, path: string, body?: unknown) => Promise<RestOutcome>;

export type RestCaller = {
  readonly account: Account;
  /** In braces and percent-encoded, as in a URL. */
  readonly uuid: string;
  /** For requests that are written by hand. */
  readonly authorization: string;
  readonly rest: CallRest;
};

/** An account that is in no workspace, with a token of all scopes that there are. */
export async function createCaller(app: TestApp, username: string): Promise<RestCaller> {
  const account = await createAccount(app.ports, app.by, { email: `${username}@example.com`, username });
  return callerOf(app, account, `${username}@example.com`);
}

export function ownerOf(app: TestApp): Promise<RestCaller> {
  return callerOf(app, app.owner, "owner@example.com");
}

async function callerOf(app: TestApp, account: Account, email: string): Promise<RestCaller> {
  const made = await createApiToken(app.ports, app.by, {
    accountUuid: account.uuid,
    name: "test",
    scopes: ALL_SCOPES,
    ageDays: 1,
  });
  const authorization = basic(email, made.text.reveal());
  return { account, uuid: `%7B${account.uuid}%7D`, authorization, rest: restAs(app, authorization) };
}

/** Without `authorization` as somebody anonymous. */
export function restAs(app: TestApp, authorization?: string): CallRest {
  return async (method, path, body) => {
    const answer = await fetch(path.startsWith("http") ? path : `${app.url}/2.0${path}`, {
      method,
      headers: {
        ...(authorization === undefined ? {} : { authorization }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = answer.headers.get("content-type")?.startsWith("application/json") === true;
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      json: isJson ? JSON.parse(text) : undefined,
    };
  };
}
