import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startApp } from "../../../src/app.ts";
import { operatorBy } from "../../../src/authorization/operator-by.ts";
import type { OpenedPorts } from "../../../src/open-ports.ts";
import { applySeed } from "../../../src/seeds/apply-seed.ts";
import { readSeedFile } from "../../../src/seeds/read-seed-file.ts";
import type { RealGit } from "../git/real-git.ts";

const SEED = fileURLToPath(new URL("../../../examples/seeds/team.yaml", import.meta.url));
/** Not in the database. */
export const LARGE_BYTES = 200_000;

/** What is asked of a server that has the data of examples/seeds/team.yaml. */
export type TeamServer = {
  readonly url: string;
  rest(path: string, init?: RequestInit): Promise<Response>;
  /** A file of `LARGE_BYTES`, on a new branch. */
  push(fullName: string, branch: string): Promise<void>;
  upload(name: string, bytes: number): Promise<void>;
  fork(name: string): Promise<void>;
  /** Large and small, shared and alone; some of it is gone again. */
  change(name: string): Promise<void>;
};

export type Team = {
  /** Serves for as long as `work` takes. */
  serving<T>(ports: OpenedPorts, work: (server: TeamServer) => Promise<T>): Promise<T>;
};

/** Makes the team in an empty installation. Its credentials are good in each that is made of a backup, too. */
export async function makeTeam(ports: OpenedPorts, git: RealGit): Promise<Team> {
  const { tokens } = await applySeed(ports, operatorBy(ports), await readSeedFile(SEED));
  const token = tokens.get("all")!.reveal();
  return {
    async serving(served, work) {
      const app = await startApp(served, { sharesPort: false });
      try {
        return await work(openServer(app.url, token, git));
      } finally {
        await app.close();
      }
    },
  };
}

function openServer(url: string, token: string, git: RealGit): TeamServer {
  const authorization = `Basic ${Buffer.from(`ada@example.com:${token}`).toString("base64")}`;
  const server: TeamServer = {
    url,
    async rest(path, init = {}) {
      const answer = await fetch(`${url}/2.0/repositories/${path}`, {
        ...init,
        headers: { authorization, ...init.headers },
      });
      assert.ok(answer.ok, `${path}: ${answer.status} ${answer.ok ? "" : await answer.text()}`);
      return answer;
    },
    async push(fullName, branch) {
      const folder = git.newPath("clone");
      const remote = new URL(`${url}/${fullName}.git`);
      remote.username = "x-bitbucket-api-token-auth";
      remote.password = token;
      await git.out(["clone", "--quiet", remote.href, folder]);
      await writeFile(join(folder, `${branch}.bin`), randomBytes(LARGE_BYTES));
      await git.out(["add", "."], { folder });
      await git.out(["commit", "--quiet", "-m", branch], { folder });
      await git.out(["push", "--quiet", "origin", `HEAD:refs/heads/${branch}`], { folder });
    },
    async upload(name, bytes) {
      const body = new FormData();
      body.append("files", new Blob([randomBytes(bytes)]), name);
      await server.rest("team/site/downloads", { method: "POST", body });
    },
    async fork(name) {
      await server.rest("team/site/forks", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ name, workspace: { slug: "team" } }),
      });
    },
    async change(name) {
      await server.push("team/site", `large-${name}`);
      await server.upload(`large-${name}.bin`, LARGE_BYTES);
      await server.upload(`small-${name}.txt`, 100);
      await server.upload("replaced.txt", 50 + name.length);
      await server.fork(`fork-${name}`);
      await server.push(`team/fork-${name}`, "own");
      await server.fork(`gone-${name}`);
      await server.rest(`team/gone-${name}`, { method: "DELETE" });
    },
  };
  return server;
}
