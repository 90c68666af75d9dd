import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../measure/command.ts";
import { findProgram } from "../measure/find-program.ts";
import type { GitEndpoint } from "../measure/git-request.ts";
import { basicAuthorization } from "../measure/http-request.ts";
import type { Missing } from "../measure/interleave.ts";
import { cpuMsOf } from "../measure/process-tree.ts";
import { waitUntil } from "../measure/wait-until.ts";
import { findFreePort } from "./free-port.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

const USERNAME = "bench";
const PASSWORD = "a password of the benchmarks";
/** CGI processes that wait for work: enough for the eight slow clones. */
const CGI_PROCESSES = 10;

/** nginx, with files, and with `git http-backend` if fcgiwrap is there. */
export type Nginx = {
  /** nginx and fcgiwrap. */
  readonly processIds: readonly number[];
  readonly version: string;
  readonly httpBackend: HttpBackend | Missing;
  /** What lies in here is served below `filesUrl`. */
  readonly filesFolder: string;
  readonly filesUrl: string;
  /** The same, read and written by nginx itself: it does not let the kernel send them. */
  readonly copiedFilesUrl: string;
  stop(): Promise<void>;
};

export type HttpBackend = {
  readonly processIds: readonly number[];
  /** Makes a repository on the disk readable under a name. */
  publish(gitDir: string, name: string): Promise<void>;
  git(name: string): GitEndpoint;
  /** The same, by way of a shell that notes the CPU time of git and its children. */
  readonly metered: MeteredBackend | Missing;
  gitWithBasicAuth(name: string): GitEndpoint;
};

/**
 * fcgiwrap ignores SIGCHLD, so the kernel adds the time of its children nowhere. The shell's own time is not counted, and
 * nothing but CPU time may be measured here.
 */
export type MeteredBackend = {
  git(name: string): GitEndpoint;
  /** Of nginx and fcgiwrap, and of all gits that were asked for through here. */
  cpuMs(): number;
};

const INSTALL = "on Debian: apt-get install nginx-light fcgiwrap";

export async function startNginx(folder: string): Promise<Nginx | Missing> {
  const nginx = findProgram("nginx");
  if (nginx === undefined) return { missing: `nginx is not installed (${INSTALL})` };
  const fcgiwrap = findProgram("fcgiwrap");
  const backend = join((await run("git", ["--exec-path"])).trim(), "git-http-backend");
  const hasBackend = (await stat(backend).catch(() => undefined)) !== undefined;
  const port = await findFreePort();
  for (const name of ["files", "git", "temporary"]) await mkdir(join(folder, name), { recursive: true });
  const sha1 = createHash("sha1").update(PASSWORD).digest("base64");
  await writeFile(join(folder, "htpasswd"), `${USERNAME}:{SHA}${sha1}\n`);
  await writeFile(join(folder, METER), meterScript(folder, backend), { mode: 0o755 });
  await writeFile(join(folder, METER_FILE), "");
  await writeFile(join(folder, "nginx.conf"), configuration(folder, port, backend));
  const servers: ServerProcess[] = [];
  if (fcgiwrap !== undefined) {
    const socket = ["-s", `unix:${join(folder, "cgi.socket")}`];
    servers.push(
      startServer(fcgiwrap, ["-c", String(CGI_PROCESSES), ...socket], join(folder, "fcgiwrap.log")),
    );
    await waitUntil("fcgiwrap listens", async () => {
      return (await stat(join(folder, "cgi.socket")).catch(() => undefined)) !== undefined;
    });
  }
  servers.unshift(
    startServer(nginx, ["-p", folder, "-c", join(folder, "nginx.conf")], join(folder, "nginx.log")),
  );
  const url = `http://127.0.0.1:${port}`;
  await waitUntil("nginx answers", () =>
    fetch(url).then(
      () => true,
      () => false,
    ),
  );
  const processIds = servers.map(({ id }) => id);
  return {
    processIds,
    version: (await run("sh", ["-c", `${nginx} -v 2>&1`])).trim(),
    httpBackend:
      fcgiwrap === undefined
        ? { missing: `fcgiwrap is not installed (${INSTALL})` }
        : hasBackend
          ? httpBackend(folder, url, processIds)
          : { missing: `${backend} is not there: this git was installed without it` },
    filesFolder: join(folder, "files"),
    filesUrl: `${url}/files`,
    copiedFilesUrl: `${url}/copied-files`,
    async stop() {
      for (const server of servers) await server.stop();
    },
  };
}

function httpBackend(folder: string, url: string, processIds: readonly number[]): HttpBackend {
  return {
    processIds,
    publish: (gitDir, name) => symlink(gitDir, join(folder, "git", name)),
    git: (name) => ({ url: `${url}/git/${name}` }),
    metered: meteredBackend(folder, url, processIds),
    gitWithBasicAuth: (name) => ({
      url: `${url}/private/${name}`,
      authorization: basicAuthorization(USERNAME, PASSWORD),
    }),
  };
}

const METER = "metered-http-backend";
const METER_FILE = "metered-times";

/** bash tells times to the millisecond, other shells to the hundredth of a second. */
function meterScript(folder: string, backend: string): string {
  return `#!/bin/bash\n${backend}\nstatus=$?\ntimes >>${join(folder, METER_FILE)}\nexit $status\n`;
}

function meteredBackend(
  folder: string,
  url: string,
  processIds: readonly number[],
): MeteredBackend | Missing {
  if (findProgram("bash") === undefined)
    return { missing: "bash is not installed, which notes the times of git" };
  return {
    git: (name) => ({ url: `${url}/metered/${name}` }),
    cpuMs: () => cpuMsOf(processIds) + childrenMs(readFileSync(join(folder, METER_FILE), "utf8")),
  };
}

/** Every second line of `times` is that of the children: user and system time, as `0m1.234s 0m0.567s`. */
function childrenMs(times: string): number {
  let sum = 0;
  for (const [number, line] of times.split("\n").entries()) {
    if (number % 2 === 0) continue;
    for (const [, minutes, seconds] of line.matchAll(/(\d+)m([\d.]+)s/g)) {
      sum += Number(minutes) * 60_000 + Number(seconds) * 1000;
    }
  }
  return sum;
}

/** Debian's defaults where they are not named; no access log, and the quickest kind of password, in the peer's favour. */
function configuration(folder: string, port: number, backend: string): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `${kind}_temp_path ${folder}/temporary/${kind};`)
    .join(" ");
  // nginx gives up root by itself, and git then finds the repositories owned by somebody else.
  const user = process.getuid?.() === 0 ? "user root;" : "";
  const cgi = (location: string) => `
    fastcgi_pass unix:${folder}/cgi.socket;
    fastcgi_param SCRIPT_FILENAME ${location === "metered" ? join(folder, METER) : backend};
    fastcgi_param GIT_PROJECT_ROOT ${folder}/git;
    fastcgi_param GIT_HTTP_EXPORT_ALL 1;
    fastcgi_param GIT_PROTOCOL $http_git_protocol;
    fastcgi_param PATH_INFO $path_info;
    fastcgi_param QUERY_STRING $query_string;
    fastcgi_param REQUEST_METHOD $request_method;
    fastcgi_param CONTENT_TYPE $content_type;
    fastcgi_param CONTENT_LENGTH $content_length;
    fastcgi_param HTTP_CONTENT_ENCODING $http_content_encoding;
    fastcgi_param REMOTE_USER ${location === "private" ? "$remote_user" : "bench"};
    fastcgi_param REMOTE_ADDR $remote_addr;`;
  const location = (name: string, more: string) => `
  location ~ ^/${name}(?<path_info>/.*)$ {${more}${cgi(name)}
  }`;
  return `daemon off; pid ${folder}/nginx.pid; error_log ${folder}/nginx-error.log; worker_processes auto; ${user}
events { worker_connections 768; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; client_max_body_size 0;
  ${temporary}
  server {
  listen 127.0.0.1:${port} backlog=1024;
  location /files/ { alias ${folder}/files/; }
  location /copied-files/ { alias ${folder}/files/; sendfile off; output_buffers 2 256k; }${location("git", "")}${location("metered", "")}${location(
    "private",
    `
    auth_basic "bench"; auth_basic_user_file ${folder}/htpasswd;`,
  )}
  }
}
`;
}
