import { type LsRefsRequest, writeLsRefs } from "../../git/wire/ls-refs.ts";
import type { Ref } from "../../model/ref.ts";
import { BRANCH_PREFIX } from "../../model/ref-name.ts";
import type { Repository } from "../../model/repository.ts";
import { listRefsByPrefix } from "../../storage/sql/refs/refs.ts";
import { answerFromRefs, type RefAnswerPorts } from "./answer-from-refs.ts";

/** With more prefixes than this, reading one range of rows costs less than reading one range for each. */
const PREFIXES_MAX = 16;

/** The requested refs, in git's own packets. They are made from the rows, without a process. */
export function answerLsRefs(
  ports: RefAnswerPorts,
  repository: Repository,
  request: LsRefsRequest,
): Promise<Buffer> {
  return answerFromRefs(ports, repository, JSON.stringify(request), async () =>
    writeLsRefs(request, await readAskedRefs(ports, repository, request), repository.mainBranch),
  );
}

/** The requested refs, and the main branch, to which `HEAD` points. */
async function readAskedRefs(
  { database }: RefAnswerPorts,
  { uuid, mainBranch }: Repository,
  { prefixes }: LsRefsRequest,
): Promise<readonly Ref[]> {
  if (prefixes.length === 0 || prefixes.length > PREFIXES_MAX) return database.lookups.listRefs(uuid);
  return listRefsByPrefix(database.kysely, uuid, [...prefixes, `${BRANCH_PREFIX}${mainBranch ?? "main"}`]);
}
