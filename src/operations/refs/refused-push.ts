import { sidebandPackets } from "../../git/wire/packet.ts";
import { type PushReport, writeFatalReport } from "../../git/wire/push-report.ts";
import type { PushRequest } from "../../git/wire/push-request.ts";

/** No ref has a longer name, so sending it back is of no use. */
const REPORTED_NAME_LENGTH_MAX = 4_096;

/** The names of refs in the report of a push. Refs with malformed names come last. */
export function reportNamesOf({ commands, refusedCommands = [] }: PushRequest): (string | Buffer)[] {
  return [...commands.map(({ name }) => name), ...refusedCommands.map(({ reportName }) => reportName)].filter(
    ({ length }) => length <= REPORTED_NAME_LENGTH_MAX,
  );
}

/**
 * The reason on a line of its own, which git shows as `remote: …`, and in the report, where git reads the status of
 * each ref.
 */
export function writeRefusal(request: PushRequest, problem: string): Buffer {
  const { capabilities } = request;
  const hasReport = capabilities.has("report-status") || capabilities.has("report-status-v2");
  const remark = hasReport && capabilities.has("side-band-64k");
  return Buffer.concat([
    remark ? sidebandPackets(2, Buffer.from(`${problem}\n`)) : Buffer.alloc(0),
    writeFatalReport(problem, reportNamesOf(request), capabilities),
  ]);
}

/** Pushes the commands whose names are well-formed, and reports the malformed ones too. */
export async function pushUnlessRefused(
  { commands, refusedCommands = [], capabilities }: PushRequest,
  push: () => Promise<PushReport>,
): Promise<PushReport> {
  if (refusedCommands.length === 0) return push();
  const isAtomic = capabilities.has("atomic");
  const report: PushReport =
    isAtomic || commands.length === 0
      ? {
          unpackProblem: undefined,
          refs: commands.map(({ name }) => ({ name, refused: "atomic push failure" })),
        }
      : await push();
  return {
    ...report,
    remarks: [...(report.remarks ?? []), ...refusedCommands.map(({ reason }) => reason)],
    refs: [
      ...report.refs,
      ...refusedCommands.map(({ reportName, reason }) => ({ name: reportName, refused: reason })),
    ],
  };
}
