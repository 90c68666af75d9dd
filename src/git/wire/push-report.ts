import { dataPacket, FLUSH_PACKET, sidebandPackets } from "./packet.ts";

/** What a push did: gitprotocol-pack(5), "Report Status". */
export type PushReport = {
  /** Undefined: unpacked. */
  readonly unpackProblem: string | undefined;
  readonly refs: readonly {
    /** The bytes where they are no text. */
    readonly name: string | Buffer;
    readonly refused: string | undefined;
  }[];
  /** Whole lines for who pushes, beside the report: git shows each as `remote: …`. */
  readonly remarks?: readonly string[];
};

const REASON_CAPABILITIES = ["report-status", "report-status-v2", "side-band-64k"];

/** A reason is one line; git cuts nothing, people do. */
const REASON_LENGTH_MAX = 500;

/** The report in the form of `report-status`, which `report-status-v2` extends by options that we never have. */
export function writePushReport(report: PushReport, capabilities: ReadonlySet<string>): Buffer {
  const isAskedFor = capabilities.has("report-status") || capabilities.has("report-status-v2");
  const hasSideband = capabilities.has("side-band-64k");
  if (!isAskedFor) return hasSideband ? FLUSH_PACKET : Buffer.alloc(0);
  const lines = [dataPacket(`unpack ${oneLine(report.unpackProblem ?? "ok")}\n`)];
  for (const { name, refused } of report.refs) {
    const [verdict, reason] = refused === undefined ? ["ok ", "\n"] : ["ng ", ` ${oneLine(refused)}\n`];
    lines.push(
      dataPacket(
        typeof name === "string"
          ? `${verdict}${name}${reason}`
          : Buffer.concat([Buffer.from(verdict), name, Buffer.from(reason)]),
      ),
    );
  }
  const packets = Buffer.concat([...lines, FLUSH_PACKET]);
  return hasSideband ? Buffer.concat([sidebandPackets(1, packets), FLUSH_PACKET]) : packets;
}

/** Whether there is a way to tell a reason behind the status 200. */
export function canTellReasons(capabilities: ReadonlySet<string>): boolean {
  return REASON_CAPABILITIES.some((each) => capabilities.has(each));
}

/**
 * What ends a push of which nothing is taken. Without a report, in which git finds its refs, the reason goes where git
 * shows a fatal error.
 */
export function writeFatalReport(
  problem: string,
  names: readonly (string | Buffer)[],
  capabilities: ReadonlySet<string>,
): Buffer {
  const report = { unpackProblem: problem, refs: names.map((name) => ({ name, refused: problem })) };
  const written = writePushReport(report, capabilities);
  if (capabilities.has("report-status") || capabilities.has("report-status-v2")) return written;
  if (!capabilities.has("side-band-64k")) return FLUSH_PACKET;
  return Buffer.concat([sidebandPackets(3, Buffer.from(`${problem}\n`)), FLUSH_PACKET]);
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").slice(0, REASON_LENGTH_MAX);
}
