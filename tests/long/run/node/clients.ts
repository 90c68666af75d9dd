// HTTP libraries as programs call them. None is told of a proxy, and some bring agents of their own.
import { readFileSync } from "node:fs";
import { Agent, get } from "node:https";
import { createRequire } from "node:module";
import { join } from "node:path";

const [packages] = process.argv.slice(2);
const EVENTS = "https://api.bitbucket.org/2.0/hook_events";
const require = createRequire(join(packages!, "clients.cjs"));
// biome-ignore lint/suspicious/noExplicitAny: packages of others, whose types are not installed where Pail's own sources are checked.
const load = async (name: string): Promise<any> => import(require.resolve(name));
const { email, token } = JSON.parse(readFileSync(process.env.PAIL_CREDENTIALS!, "utf8"));
const authorization = `Basic ${Buffer.from(`${email}:${token}`).toString("base64")}`;

const undici = await load("undici");
const clients: Readonly<Record<string, () => Promise<unknown>>> = {
  fetch: async () => (await fetch(EVENTS)).status,
  https: () => new Promise((done) => get(EVENTS, (answer) => done(answer.resume().statusCode))),
  agent: () =>
    new Promise((done) => get(EVENTS, { agent: new Agent() }, (answer) => done(answer.resume().statusCode))),
  axios: async () => (await (await load("axios")).default.get(EVENTS)).status,
  "axios-0": async () => (await (await load("axios-0")).default.get(EVENTS)).status,
  got: async () => (await (await load("got")).default(EVENTS)).statusCode,
  ky: async () => (await (await load("ky")).default(EVENTS)).status,
  needle: async () => (await (await load("needle")).default("get", EVENTS)).statusCode,
  "node-fetch": async () => (await (await load("node-fetch")).default(EVENTS)).status,
  superagent: async () => (await (await load("superagent")).default.get(EVENTS)).status,
  undici: async () => (await undici.request(EVENTS, { headers: { authorization } })).statusCode,
  dispatcher: async () => (await undici.request(EVENTS, { dispatcher: new undici.Agent() })).statusCode,
};
for (const [name, send] of Object.entries(clients)) console.log(name, await send());
process.exit();
