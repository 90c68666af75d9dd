import { dataPacket, FLUSH_PACKET, sidebandPackets } from "./packet.ts";

/** What a push did: gitprotocol-pack(5), "Report Status". */
export type PushReport = {
  /** Undefined: unpacked. */
  readonly unpackProblem: string | undefined;
  readonly refs: readonly { readonly name: string; readonly refused: string | undefined }[];
  /** Whole lines for who pushes, beside the report: git shows each as `remote: …`. */
  readonly remarks?: readonly string[];
};

/** A reason is one line; git cuts nothing, people do. */
const REASON_LENGTH_MAX = 500;

/** The report in the form of `report-status`, which `report-status-v2` extends by options that we never have. */
export function writePushReport(report: PushReport, capabilities: ReadonlySet<string>): Buffer {
  const isAskedFor = capabilities.has("report-status") || capabilities.has("report-status-v2");
  const hasSideband = capabilities.has("side-band-64k");
  if (!isAskedFor) return hasSideband ? FLUSH_PACKET : Buffer.alloc(0);
  const lines = [`unpack ${oneLine(report.unpackProblem ?? "ok")}`];
  for (const ref of report.refs) {
    lines.push(ref.refused === undefined ? `ok ${ref.name}` : `ng ${ref.name} ${oneLine(ref.refused)}`);
  }
  const packets = Buffer.concat([...lines.map((line) => dataPacket(`${line}\n`)), FLUSH_PACKET]);
  return hasSideband ? Buffer.concat([sidebandPackets(1, packets), FLUSH_PACKET]) : packets;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").slice(0, REASON_LENGTH_MAX);
}
