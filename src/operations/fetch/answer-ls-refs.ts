import { type LsRefsRequest, writeLsRefs } from "../../git/wire/ls-refs.ts";
import type { Ref } from "../../model/ref.ts";
import { BRANCH_PREFIX } from "../../model/ref-name.ts";
import type { Repository } from "../../model/repository.ts";
import { listRefsByPrefix } from "../../storage/sql/refs/refs.ts";
import { answerFromRefs, type RefAnswerPorts } from "./answer-from-refs.ts";

/** With more prefixes than this, one range of rows costs less than one for each. */
const PREFIXES_MAX = 16;

/** The refs that are asked for, in git's own packets. Made of the rows, without a process. */
export function answerLsRefs(
  ports: RefAnswerPorts,
  repository: Repository,
  request: LsRefsRequest,
): Promise<Buffer> {
  return answerFromRefs(ports, repository, JSON.stringify(request), async () =>
    writeLsRefs(request, await readAskedRefs(ports, repository, request), repository.mainBranch),
  );
}

/** Those that it asks for, and the main branch, which `HEAD` stands for. */
async function readAskedRefs(
  { database }: RefAnswerPorts,
  { uuid, mainBranch }: Repository,
  { prefixes }: LsRefsRequest,
): Promise<readonly Ref[]> {
  if (prefixes.length === 0 || prefixes.length > PREFIXES_MAX) return database.lookups.listRefs(uuid);
  return listRefsByPrefix(database.kysely, uuid, [...prefixes, `${BRANCH_PREFIX}${mainBranch ?? "main"}`]);
}
