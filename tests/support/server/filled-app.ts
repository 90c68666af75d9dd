import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { after } from "node:test";
import type { Config } from "../../../src/config/config.ts";
import type { DeliveryOptions } from "../../../src/webhooks/deliver-webhook.ts";
import { openRealGit, type RealGit } from "../git/real-git.ts";
import { startTestApp, type TestApp } from "./test-app.ts";

/** A server in this process whose `acme/demo` can be pushed to by the real git. */
export type FilledApp = {
  readonly app: TestApp;
  readonly git: RealGit;
  /** A clone on branch `main`. */
  readonly folder: string;
  /** Of `acme/demo`, with the owner's token in it. */
  readonly url: string;
  /** Writes the files, commits them a minute after the commit before, and returns the commit's id. Nothing is pushed. */
  commit(files: Readonly<Record<string, string>>, message: string): Promise<string>;
  /** Calls REST as the owner; `path` is behind `/2.0/repositories/acme/demo`. */
  rest(method: string, path: string, body?: unknown): Promise<RestOutcome>;
};

export type RestOutcome = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into as clients do.
  readonly json: any;
};

/** Removed after the tests of the file. */
export async function startFilledApp(
  settings: Partial<Config> = {},
  deliveryOptions?: DeliveryOptions,
): Promise<FilledApp> {
  const app = await startTestApp(settings, deliveryOptions);
  after(() => app.close());
  const git = openRealGit();
  const token = await app.token();
  const url = new URL("/acme/demo.git", app.url);
  url.username = "x-bitbucket-api-token-auth";
  url.password = token;
  const folder = git.newPath("clone");
  await git.out(["init", "--quiet"], { folder });
  await git.out(["remote", "add", "origin", url.href], { folder });
  let seconds = Date.UTC(2026, 0, 1) / 1000;
  return {
    app,
    git,
    folder,
    url: url.href,
    async commit(files, message) {
      for (const [path, content] of Object.entries(files)) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), content);
      }
      seconds += 60;
      const date = `${seconds} +0000`;
      const environment = { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
      await git.out(["add", "--all"], { folder });
      await git.out(["commit", "--quiet", "--allow-empty", "-m", message], { folder, environment });
      return git.out(["rev-parse", "HEAD"], { folder });
    },
    rest: restAs(app, "owner@example.com", token),
  };
}

/** Calls REST with a token. */
export function restAs({ url }: Pick<TestApp, "url">, email: string, token: string): FilledApp["rest"] {
  return async (method, path, body) => {
    const base = path.startsWith("http") ? "" : `${url}/2.0/repositories/acme/demo`;
    const answer = await fetch(`${base}${path}`, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(`${email}:${token}`).toString("base64")}`,
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
