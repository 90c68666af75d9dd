import { randomUUID } from "node:crypto";
import { operatorBy } from "../../../src/authorization/operator-by.ts";
import type { Account } from "../../../src/model/account.ts";
import type { Session } from "../../../src/model/session.ts";
import { startSession } from "../../../src/operations/accounts/sessions.ts";
import type { Ports } from "../../../src/ports.ts";
import { type HttpAnswer, sendRequest } from "../clients/http-request.ts";

/** A browser without a screen: it keeps cookies and sends forms, as a person would. */
export type WebClient = {
  /** `name=value` of each cookie. */
  readonly cookies: ReadonlyMap<string, string>;
  /** One request, no redirect followed. */
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<HttpAnswer>;
  /**
   * Sends a form, with the token that the page at `from` (the same path unless it is told) has in its forms.
   * `fields` with a list send the name several times.
   */
  post(
    path: string,
    fields?: Readonly<Record<string, string | readonly string[]>>,
    options?: { readonly from?: string; readonly headers?: Readonly<Record<string, string>> },
  ): Promise<HttpAnswer>;
  /** Follows redirects to the page where they end. */
  follow(answer: HttpAnswer): Promise<HttpAnswer>;
};

export type WebApp = { readonly url: string; readonly ports: Ports };

/** Accepts English unless it is told otherwise. */
export function openWebClient(app: Pick<WebApp, "url">, language = "en", cookie?: string): WebClient {
  const cookies = new Map<string, string>();
  if (cookie !== undefined) cookies.set("pail", cookie);

  async function send(
    path: string,
    method: string,
    headers: Readonly<Record<string, string>>,
    body?: string,
  ): Promise<HttpAnswer> {
    const sent = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await sendRequest(app.url, path, {
      method,
      headers: {
        accept: "text/html",
        "accept-language": language,
        ...(sent === "" ? {} : { cookie: sent }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    for (const line of answer.headers["set-cookie"] ?? []) {
      const [pair = ""] = line.split(";", 1);
      const [name = "", value = ""] = pair.split(/=(.*)/s);
      if (/max-age=0(?:;|$)/i.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    return answer;
  }

  const get: WebClient["get"] = (path, headers = {}) => send(path, "GET", headers);
  return {
    cookies,
    get,
    async post(path, fields = {}, { from = path, headers = {} } = {}) {
      const form = new URLSearchParams();
      for (const [name, value] of Object.entries(fields))
        for (const each of [value].flat()) form.append(name, each as string);
      const page = await get(from);
      const token = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1];
      if (token !== undefined) form.set("csrf", token);
      return send(
        path,
        "POST",
        { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin", ...headers },
        form.toString(),
      );
    },
    async follow(answer) {
      let last = answer;
      for (let hops = 0; hops < 5 && last.headers.location !== undefined; hops += 1) {
        const target = new URL(last.headers.location, app.url);
        last = await get(target.pathname + target.search);
      }
      return last;
    },
  };
}

/** A browser in which the account is signed in. */
export async function signIn(
  app: WebApp,
  account: Account,
  language = "en",
): Promise<WebClient & { readonly session: Session }> {
  const { text, session } = await startSession(app.ports, operatorBy(app.ports), account, {
    address: "127.0.0.1",
    client: `test ${randomUUID()}`,
  });
  return { ...openWebClient(app, language, text.reveal()), session };
}
