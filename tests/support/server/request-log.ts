import type { PailServer } from "./pail-server.ts";

/** What a request has left in the server's log. */
export type LoggedRequest = {
  readonly method: string;
  /** The pattern that served it, with `:parameters`; `none` where there is none. */
  readonly route: string;
  readonly status: number;
  readonly token: string | undefined;
};

/** One for each request the server has answered, oldest first. */
export function loggedRequests(pail: Pick<PailServer, "logText">): readonly LoggedRequest[] {
  return pail
    .logText()
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((line) => line.msg === "request")
    .map((line) => ({
      method: String(line.method),
      route: String(line.route),
      status: Number(line.status),
      token: line["token.id"] === undefined ? undefined : String(line["token.id"]),
    }));
}

/** Each as `GET /2.0/user 200`. */
export function requestLines(requests: readonly LoggedRequest[]): readonly string[] {
  return requests.map(({ method, route, status }) => `${method} ${route} ${status}`);
}
