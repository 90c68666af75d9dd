import { once } from "node:events";
import { createServer } from "node:net";
import type { Config } from "../../config/config.ts";
import {
  findMissingGitCommands,
  GIT_VERSION_MIN,
  isAtLeast,
  readGitVersion,
} from "../../git/process/git-version.ts";
import { askHealth } from "./ask-health.ts";
import { type Finding, failing, ok } from "./finding.ts";

export async function lookAtGit(): Promise<Finding> {
  const remedy = `install git ${GIT_VERSION_MIN} or newer`;
  const version = await readGitVersion();
  if (version === undefined) return failing("git", "git is not on the PATH", remedy);
  if (!isAtLeast(version, GIT_VERSION_MIN)) return failing("git", `git ${version} is too old`, remedy);
  const missing = await findMissingGitCommands();
  return missing.length === 0
    ? ok("git", `git ${version}`)
    : failing("git", `git ${version} lacks ${missing.join(", ")}`, "install the whole package of git");
}

/** @returns the finding, and whether a server of Pail answers on the port. */
export async function lookAtPort({ host, port, tls }: Pick<Config, "host" | "port" | "tls">): Promise<{
  readonly finding: Finding;
  readonly isServing: boolean;
}> {
  const check = "port";
  if (port === 0) return { finding: ok(check, "a free port is picked at the start"), isServing: false };
  const code = await tryToListen(host, port);
  if (code === undefined)
    return { finding: ok(check, `${host} port ${port} is free: no server listens on it`), isServing: false };
  if (code === "EADDRINUSE") {
    const scheme = tls === undefined ? "http" : "https";
    const name = host === "0.0.0.0" || host === "::" ? "localhost" : host.includes(":") ? `[${host}]` : host;
    const health = await askHealth(`${scheme}://${name}:${port}`, { isOwnCertificate: true });
    if (health.kind === "alive")
      return { finding: ok(check, `a server of Pail answers on ${host} port ${port}`), isServing: true };
    const remedy = "stop it, or choose a port with --port";
    return { finding: failing(check, `another program has ${host} port ${port}`, remedy), isServing: false };
  }
  const remedy =
    code === "EACCES"
      ? "choose a port from 1024, or give the server CAP_NET_BIND_SERVICE, as the systemd unit does"
      : "choose an address of this machine with --host";
  return {
    finding: failing(check, `${host} port ${port} cannot be listened on (${code})`, remedy),
    isServing: false,
  };
}

async function tryToListen(host: string, port: number): Promise<string | undefined> {
  const server = createServer();
  try {
    server.listen({ host, port });
    await once(server, "listening");
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? "unknown";
  } finally {
    server.close();
  }
}
