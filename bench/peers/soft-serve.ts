import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { git, run } from "../measure/command.ts";
import { findProgram } from "../measure/find-program.ts";
import type { GitEndpoint } from "../measure/git-request.ts";
import { basicAuthorization } from "../measure/http-request.ts";
import type { Missing } from "../measure/interleave.ts";
import { waitUntil } from "../measure/wait-until.ts";
import { findFreePort } from "./free-port.ts";
import { startServer } from "./server-process.ts";

const USERNAME = "bench";
const INSTALL = "go install github.com/charmbracelet/soft-serve/cmd/soft@latest";

/** A Git server in Go that spawns git for each request and knows access tokens too: https://github.com/charmbracelet/soft-serve. */
export type SoftServe = {
  /** Makes a repository of what is on the disk, private, by a push. */
  publish(gitDir: string, name: string): Promise<void>;
  /** With an access token. */
  git(name: string): GitEndpoint;
  cloneUrl(name: string): string;
  stop(): Promise<void>;
};

export async function startSoftServe(folder: string): Promise<SoftServe | Missing> {
  const soft = findProgram("soft");
  if (soft === undefined) return { missing: `soft-serve is not installed (${INSTALL})` };
  for (const program of ["ssh", "ssh-keygen"]) {
    if (findProgram(program) === undefined)
      return { missing: `${program} is not installed, by which soft-serve is told what to do` };
  }
  await mkdir(folder, { recursive: true });
  const key = join(folder, "key");
  await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
  const [sshPort, httpPort] = [await findFreePort(), await findFreePort()];
  const server = startServer(soft, ["serve"], join(folder, "soft-serve.log"), {
    SOFT_SERVE_DATA_PATH: join(folder, "data"),
    SOFT_SERVE_INITIAL_ADMIN_KEYS: await readFile(`${key}.pub`, "utf8"),
    SOFT_SERVE_SSH_LISTEN_ADDR: `127.0.0.1:${sshPort}`,
    SOFT_SERVE_HTTP_LISTEN_ADDR: `127.0.0.1:${httpPort}`,
    SOFT_SERVE_HTTP_PUBLIC_URL: `http://127.0.0.1:${httpPort}`,
    SOFT_SERVE_GIT_ENABLED: "false",
    SOFT_SERVE_STATS_ENABLED: "false",
  });
  const options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "IdentitiesOnly=yes"];
  const tell = (words: readonly string[]) =>
    run("ssh", [
      ...["-p", String(sshPort), "-i", key, "-F", "none", "-o", "BatchMode=yes"],
      ...options.flatMap((option) => ["-o", option]),
      "127.0.0.1",
      ...words,
    ]);
  await waitUntil("soft-serve answers", () =>
    tell(["repo", "list"]).then(
      () => true,
      () => false,
    ),
  );
  const token = (await tell(["token", "create", USERNAME])).trim();
  const url = (name: string) => `http://127.0.0.1:${httpPort}/${name}.git`;
  const cloneUrl = (name: string) => url(name).replace("//", `//${USERNAME}:${token}@`);
  return {
    async publish(gitDir, name) {
      await git(["--git-dir", gitDir, "push", "--quiet", "--mirror", cloneUrl(name)]);
      await tell(["repo", "private", name, "true"]);
    },
    git: (name) => ({ url: url(name), authorization: basicAuthorization(USERNAME, token) }),
    cloneUrl,
    stop: server.stop,
  };
}
