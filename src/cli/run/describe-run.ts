import type { Ports } from "../../ports.ts";
import { listUnknownOperations } from "../../storage/sql/audit/unknown-operations.ts";
import type { LeftProcess } from "./left-processes.ts";
import type { ChildOutcome } from "./run-child.ts";

export type RunReport = {
  /** Its name, without arguments: they may hold tokens. */
  readonly command: string;
  readonly outcome: ChildOutcome;
  readonly count: { readonly requests: number; readonly refused: number };
  readonly startedAt: Date;
  readonly left: readonly LeftProcess[];
  /** Other hosts that were asked for and refused, with --offline. */
  readonly refusedHosts: readonly string[];
};

/** Of each list. */
const SHOWN_MAX = 10;

/** What a run is summed up with: a line as a rule, more if there is something to be done. */
export async function describeRun(
  ports: Pick<Ports, "database" | "unknownOperations">,
  { command, outcome, count, startedAt, left, refusedHosts }: RunReport,
): Promise<string> {
  if (outcome.kind === "not-started") return `pail: ${command}: ${outcome.why}\n`;
  await ports.unknownOperations.flush();
  const unknown = (await listUnknownOperations(ports.database.kysely)).filter(
    ({ lastAt }) => lastAt >= startedAt,
  );
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

function countLine({ requests, refused }: RunReport["count"]): string {
  return `pail: ${requests === 1 ? "1 request" : `${requests} requests`}, ${refused} refused`;
}

function noRequestLines(command: string): readonly string[] {
  return [
    `pail: ${command} made no request through Pail`,
    "  Clients are told of it by https_proxy, SSL_CERT_FILE and what else theirs read; some need an option to look there",
    "  (aiohttp: trust_env=True), and none is told for git@bitbucket.org: or ssh:// addresses. See docs/stand-in.md",
  ];
}

function list(title: string, items: readonly string[]): readonly string[] {
  if (items.length === 0) return [];
  const more = items.length > SHOWN_MAX ? [`and ${items.length - SHOWN_MAX} more`] : [];
  return [`pail: ${title}:`, ...[...items.slice(0, SHOWN_MAX), ...more].map((item) => `  ${item}`)];
}
