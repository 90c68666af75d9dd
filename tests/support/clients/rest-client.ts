import assert from "node:assert/strict";
import type { PailServer } from "../server/pail-server.ts";
import { basic, type HttpAnswer, sendRequest } from "./http-request.ts";

/** A JSON object of an answer. Its shape is what the tests assert. */
export type Json = { readonly [key: string]: JsonValue };
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | Json;

export interface RestAnswer extends HttpAnswer {
  /** The body as a JSON object. @throws AssertionError if it is none. */
  json(): Json;
}

export interface RestQuestion {
  readonly method?: string;
  /** Sent as JSON. */
  readonly json?: JsonValue;
  /** Sent as a form. */
  readonly form?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The `Authorization` header; `undefined` is anonymous. */
  readonly authorization?: string | undefined;
}

/** Asks `path`, which comes after `/2.0` or is an absolute link of an earlier answer. */
export type RestClient = (path: string, question?: RestQuestion) => Promise<RestAnswer>;

export function isJson(value: JsonValue | undefined): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object at a dotted path, such as `error.detail`. @throws AssertionError if there is none. */
export function objectAt(json: Json, path: string): Json {
  const value = valueAt(json, path);
  assert.ok(isJson(value), `${path} is not an object in ${JSON.stringify(json)}`);
  return value;
}

export function valueAt(json: Json, path: string): JsonValue | undefined {
  let value: JsonValue | undefined = json;
  for (const key of path.split(".")) {
    if (!isJson(value)) return undefined;
    value = value[key];
  }
  return value;
}

/** The objects of `values` in a page. @throws AssertionError if it is no page. */
export function valuesOf(json: Json): readonly Json[] {
  const values = json.values;
  assert.ok(Array.isArray(values), `no values in ${JSON.stringify(json)}`);
  return values as readonly Json[];
}

/** Every key is there; more are allowed, as the published definitions allow them. */
export function assertKeys(json: Json, keys: readonly string[]): void {
  const missing = keys.filter((key) => !(key in json));
  assert.deepEqual(missing, [], `missing from ${JSON.stringify(json, undefined, 1)}`);
}

function bodyOf(question: RestQuestion): { body?: string; headers: Record<string, string> } {
  if (question.json !== undefined) {
    return { body: JSON.stringify(question.json), headers: { "Content-Type": "application/json" } };
  }
  if (question.form !== undefined) {
    return { body: question.form, headers: { "Content-Type": "application/x-www-form-urlencoded" } };
  }
  return { headers: {}, ...(question.body === undefined ? {} : { body: question.body }) };
}

function withJson(answer: HttpAnswer): RestAnswer {
  return {
    ...answer,
    json: () => {
      assert.match(answer.headers["content-type"] ?? "", /^application\/json/, answer.text);
      const value = JSON.parse(answer.text) as JsonValue;
      assert.ok(isJson(value), `not a JSON object: ${answer.text}`);
      return value;
    },
  };
}

/** A client that sends what `authorization` says unless a question says otherwise. */
export function openRestClient(pail: PailServer, authorization: string | undefined): RestClient {
  const api = new URL(pail.credentials.api_url);
  return async (path, question = {}) => {
    const target = path.startsWith("http") ? path.slice(new URL(path).origin.length) : api.pathname + path;
    const { body, headers } = bodyOf(question);
    const sent = "authorization" in question ? question.authorization : authorization;
    const answer = await sendRequest(api.origin, target, {
      method: question.method ?? "GET",
      headers: {
        Accept: "application/json",
        ...(sent === undefined ? {} : { Authorization: sent }),
        ...headers,
        ...question.headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    return withJson(answer);
  };
}

/** The demo account with a token of all scopes, as the published page sends it: e-mail and token. */
export function openDemoRestClient(pail: PailServer): RestClient {
  return openRestClient(pail, basic(pail.credentials.email, pail.credentials.token));
}
