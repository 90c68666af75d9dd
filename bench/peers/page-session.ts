import { run } from "../measure/command.ts";
import type { HttpRequest } from "../measure/http-request.ts";
import type { Pail, PailData } from "./pail.ts";

const PAIL = new URL("../../bin/pail", import.meta.url).pathname;
const EMAIL = "bench@example.com";
/** No list of breached passwords has it. */
const PASSWORD = "a galvanised pail of benchmarks";

/** Asks for pages as somebody who is signed in. */
export type PageSession = { page(path: string): HttpRequest };

/** Signs the account of the benchmarks in as a person is: by a link of the operator, a password and a cookie. */
export async function openPageSession(pail: Pail, { folder }: PailData): Promise<PageSession> {
  const printed = await run(PAIL, ["account", "sign-in-link", "--account", EMAIL, "--data", folder]);
  const path = /\/-\/link\/\S+/.exec(printed)?.[0];
  if (path === undefined) throw new Error(`no link was printed: ${printed}`);
  const form = await fetch(`${pail.url}${path}`, { headers: { accept: "text/html" } });
  const text = await form.text();
  const csrf = /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? "";
  const answer = await fetch(`${pail.url}${path}`, {
    method: "POST",
    redirect: "manual",
    headers: { cookie: cookiesOf(form), "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ csrf, password: PASSWORD }).toString(),
  });
  const cookie = cookiesOf(answer);
  if (answer.status !== 303 || cookie === "") throw new Error(`the password was not taken: ${answer.status}`);
  return { page: (at) => ({ url: `${pail.url}${at}`, headers: { cookie, accept: "text/html" } }) };
}

function cookiesOf({ headers }: Response): string {
  return headers
    .getSetCookie()
    .map((line) => line.split(";", 1)[0])
    .join("; ");
}
