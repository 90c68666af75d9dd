import { request as httpRequest } from "node:http";
import type { ObjectId } from "../../../src/model/object-id.ts";
import { basic, type HttpAnswer, type HttpQuestion, readAnswer } from "../clients/http-request.ts";
import { STATIC_USERNAME } from "../git/hosted-repository.ts";
import { bandOf, packet, type RawCommand, rawPushBody, readRawReport } from "../git/raw-push.ts";
import { EMAIL, WORKSPACE } from "./node-cluster.ts";
import type { PailNode } from "./pail-node.ts";

/** `unsent`: nobody has got the request. `unknown`: somebody may have, and has not answered. */
export type Asked =
  | { readonly kind: "answered"; readonly answer: HttpAnswer }
  | { readonly kind: "unsent" | "unknown"; readonly problem: string };

/** The refs of an answered push: `ok`, or why not. */
export type Pushed =
  | { readonly kind: "answered"; readonly refs: ReadonlyMap<string, string> }
  | { readonly kind: "unsent" | "unknown"; readonly problem: string };

/** A node has not told what it was asked. */
export class NotAnsweredError extends Error {
  readonly node: PailNode;

  constructor(node: PailNode, what: string) {
    super(`${node.name}: ${what}`);
    this.name = "NotAnsweredError";
    this.node = node;
  }
}

const ANSWER_MS_MAX = 60_000;
const ZERO_ID = "0".repeat(40);
const NOT_SENT = new Set(["ECONNREFUSED", "NOT_RUNNING"]);

/** One person at one or another node. */
export type NodeClient = {
  /** @param path behind the origin. */
  ask(node: PailNode, path: string, question?: HttpQuestion): Promise<Asked>;
  /** @param path behind `/2.0/repositories/WORKSPACE/`. */
  rest(node: PailNode, path: string, question?: HttpQuestion): Promise<Asked>;
  push(node: PailNode, slug: string, request: PushRequest): Promise<Pushed>;
  /** The refs that a node advertises for fetches; undefined if there is no such repository. @throws NotAnsweredError */
  listRefs(node: PailNode, slug: string): Promise<ReadonlyMap<string, ObjectId> | undefined>;
  /** A pack of all that these reach. @throws NotAnsweredError */
  fetchPack(node: PailNode, slug: string, tips: readonly ObjectId[]): Promise<Buffer>;
  /** With a credential in it. */
  cloneUrl(node: PailNode, slug: string): string;
};

export type RefCommand = {
  readonly name: string;
  readonly old: ObjectId | undefined;
  readonly new: ObjectId | undefined;
};

export type PushRequest = {
  readonly commands: readonly RefCommand[];
  readonly isAtomic?: boolean;
  readonly pack?: Buffer | undefined;
};

export function openNodeClient(token: string, answerMsMax = ANSWER_MS_MAX): NodeClient {
  const authorization = basic(EMAIL, token);
  const gitAuthorization = basic(STATIC_USERNAME, token);

  async function ask(node: PailNode, path: string, question: HttpQuestion = {}): Promise<Asked> {
    try {
      const headers = { authorization, ...question.headers };
      return { kind: "answered", answer: await send(node, path, { ...question, headers }, answerMsMax) };
    } catch (error) {
      const { code = "", message } = error as NodeJS.ErrnoException;
      return { kind: NOT_SENT.has(code) ? "unsent" : "unknown", problem: `${code} ${message}` };
    }
  }

  return {
    ask,
    rest: (node, path, question) => ask(node, `/2.0/repositories/${WORKSPACE}/${path}`, question),
    async push(node, slug, { commands, isAtomic = false, pack }) {
      const lines = commands.map(
        ({ name, old, new: after }): RawCommand => ({
          name,
          before: old ?? ZERO_ID,
          after: after ?? ZERO_ID,
        }),
      );
      const capabilities = ["report-status", "side-band-64k", "quiet", ...(isAtomic ? ["atomic"] : [])];
      const asked = await ask(node, `/${WORKSPACE}/${slug}.git/git-receive-pack`, {
        method: "POST",
        body: rawPushBody(lines, capabilities, pack),
        headers: {
          authorization: gitAuthorization,
          "content-type": "application/x-git-receive-pack-request",
          "user-agent": "git/2.39.5",
        },
      });
      if (asked.kind !== "answered") return asked;
      const { status, text } = asked.answer;
      const told = `status ${status}: ${text.slice(0, 300)}`;
      if (status >= 500) return { kind: "unknown", problem: told };
      if (status !== 200)
        return { kind: "answered", refs: new Map(commands.map(({ name }) => [name, told])) };
      const { unpack, refs, messages } = readRawReport(asked.answer);
      // What is told of the whole push does not say how far it has come.
      if (unpack !== "ok") return { kind: "unknown", problem: `unpack ${unpack} ${messages}` };
      return { kind: "answered", refs };
    },
    async listRefs(node, slug) {
      const path = `/${WORKSPACE}/${slug}.git/info/refs?service=git-upload-pack`;
      const asked = await ask(node, path, {
        headers: { authorization: gitAuthorization, "user-agent": "git/2.39.5" },
      });
      if (asked.kind !== "answered") throw new NotAnsweredError(node, `refs of ${slug}: ${asked.problem}`);
      const { status, text } = asked.answer;
      if (status === 404) return undefined;
      if (status !== 200)
        throw new NotAnsweredError(node, `refs of ${slug}: ${status} ${text.slice(0, 300)}`);
      return parseAdvertisement(text);
    },
    async fetchPack(node, slug, tips) {
      // gitprotocol-v2(5), as a clone asks.
      const lines = ["command=fetch", "agent=git/2.39.5", "object-format=sha1"].map(packet);
      const wants = ["no-progress", "ofs-delta", ...tips.map((id) => `want ${id}`), "done"].map((line) =>
        packet(`${line}\n`),
      );
      const asked = await ask(node, `/${WORKSPACE}/${slug}.git/git-upload-pack`, {
        method: "POST",
        body: Buffer.concat([...lines, Buffer.from("0001"), ...wants, Buffer.from("0000")]),
        headers: {
          authorization: gitAuthorization,
          "content-type": "application/x-git-upload-pack-request",
          "git-protocol": "version=2",
          "user-agent": "git/2.39.5",
        },
      });
      if (asked.kind !== "answered") throw new NotAnsweredError(node, `pack of ${slug}: ${asked.problem}`);
      const { status, text, bytes } = asked.answer;
      if (status !== 200)
        throw new NotAnsweredError(node, `pack of ${slug}: ${status} ${text.slice(0, 300)}`);
      // gitprotocol-pack(5): an error packet, before anything else.
      const problem =
        /^.{4}ERR (.*)/.exec(bytes.toString("utf8", 0, 300))?.[1] ?? bandOf(bytes, 3).toString("utf8");
      if (problem !== "") throw new NotAnsweredError(node, `pack of ${slug}: ${problem}`);
      return bandOf(bytes, 1);
    },
    cloneUrl(node, slug) {
      const url = new URL(`/${WORKSPACE}/${slug}.git`, node.url());
      url.username = STATIC_USERNAME;
      url.password = token;
      return url.href;
    },
  };
}

/** The first answer of gitprotocol-http(5), version 0. */
function parseAdvertisement(text: string): ReadonlyMap<string, ObjectId> {
  const refs = new Map<string, ObjectId>();
  for (const [, id, name] of text.matchAll(/([0-9a-f]{40}) (refs\/[^\0\n]+?)(?:\0[^\n]*)?\n/g))
    if (!name!.endsWith("^{}")) refs.set(name!, id as ObjectId);
  return refs;
}

function send(
  node: PailNode,
  path: string,
  { method = "GET", headers, body }: HttpQuestion,
  answerMsMax: number,
): Promise<HttpAnswer> {
  if (!node.isRunning())
    return Promise.reject(Object.assign(new Error("the node does not run"), { code: "NOT_RUNNING" }));
  const { hostname, port } = new URL(node.url());
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
  const signal = AbortSignal.timeout(answerMsMax);
  const request = httpRequest(
    { hostname, port, path, method, headers: { ...length, ...headers }, agent: false, signal },
    (message) => readAnswer(message).then(resolve, reject),
  );
  request.on("error", reject);
  request.end(body);
  return promise;
}
