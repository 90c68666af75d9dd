import type { Ports } from "../../ports.ts";
import { listUnknownOperations, type UnknownOperation } from "../../storage/sql/audit/unknown-operations.ts";
import type { LeftProcess } from "./left-processes.ts";
import type { ChildOutcome } from "./run-child.ts";

export type RunReport = {
  /** Its name, without arguments: they may hold tokens. */
  readonly command: string;
  readonly outcome: ChildOutcome;
  readonly count: { readonly requests: number; readonly refused: number };
  /** What had been counted before. */
  readonly unknownBefore: readonly UnknownOperation[];
  readonly left: readonly LeftProcess[];
  /** Other hosts that were asked for and refused, with --offline. */
  readonly refusedHosts: readonly string[];
};

/** Of each list. */
const SHOWN_MAX = 10;

/** What a run is summed up with: a line as a rule, more if there is something to be done. */
export async function describeRun(
  ports: Pick<Ports, "database" | "unknownOperations">,
  { command, outcome, count, unknownBefore, left, refusedHosts }: RunReport,
): Promise<string> {
  if (outcome.kind === "not-started") return `pail: ${command}: ${outcome.why}\n`;
  await ports.unknownOperations.flush();
  const unknown = unknownSince(unknownBefore, await listUnknownOperations(ports.database.kysely));
  const lines = [
    ...(count.requests === 0 ? noRequestLines(command) : [countLine(count)]),
    ...list(
      "Operations that Pail does not have",
      unknown.map(({ method, path, requests }) => `${method} ${path} (${requests})`),
    ),
    ...list("Other hosts, refused", refusedHosts),
    ...list(
      "Still running, without Pail from now on",
      left.map(({ id, name }) => `${name} (process ${id})`),
    ),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

type Counted = Pick<UnknownOperation, "method" | "path" | "requests">;

/** What has been asked for more often than before. */
function unknownSince(before: readonly Counted[], now: readonly Counted[]): readonly Counted[] {
  return now.flatMap(({ method, path, requests }) => {
    const earlier = before.find((each) => each.method === method && each.path === path)?.requests ?? 0;
    return requests > earlier ? [{ method, path, requests: requests - earlier }] : [];
  });
}

function countLine({ requests, refused }: RunReport["count"]): string {
  return `pail: ${requests === 1 ? "1 request" : `${requests} requests`}, ${refused} refused`;
}

function noRequestLines(command: string): readonly string[] {
  return [
    `pail: ${command} made no request through Pail`,
    "  Clients find it by https_proxy and SSL_CERT_FILE. One that reads neither needs them as options; addresses with",
    "  git@bitbucket.org: or ssh:// are not served. docs/stand-in.md lists clients, and what each needs",
  ];
}

function list(title: string, items: readonly string[]): readonly string[] {
  if (items.length === 0) return [];
  const more = items.length > SHOWN_MAX ? [`and ${items.length - SHOWN_MAX} more`] : [];
  return [`pail: ${title}:`, ...[...items.slice(0, SHOWN_MAX), ...more].map((item) => `  ${item}`)];
}
