import type { LsRefsRequest } from "../../git/wire/ls-refs.ts";
import type { Ref } from "../../model/ref.ts";
import { BRANCH_PREFIX } from "../../model/ref-name.ts";
import type { Repository } from "../../model/repository.ts";
import type { Ports } from "../../ports.ts";
import { listRefsByPrefix } from "../../storage/sql/refs/refs.ts";

type RefAnswerPorts = Pick<Ports, "database" | "refAnswers">;

/** With more prefixes than this, one range of rows costs less than one for each. */
const PREFIXES_MAX = 16;

/**
 * An answer that is made of nothing but a repository's refs and what is asked of them. The generation in the key rises
 * with every change of a ref, so a kept answer is never stale, and nobody has to drop it.
 */
export async function answerFromRefs(
  { refAnswers }: Pick<Ports, "refAnswers">,
  { uuid, refGeneration, mainBranch }: Repository,
  asked: string,
  write: () => Promise<Buffer>,
): Promise<Buffer> {
  const key = `${uuid} ${refGeneration} ${mainBranch ?? ""}\n${asked}`;
  const kept = refAnswers.find(key);
  if (kept !== undefined) return kept;
  const answer = await write();
  refAnswers.keep(key, answer);
  return answer;
}

/** The refs that an `ls-refs` needs: those that it asks for, and the main branch, which `HEAD` stands for. */
export async function readAskedRefs(
  { database }: RefAnswerPorts,
  { uuid, mainBranch }: Repository,
  { prefixes }: LsRefsRequest,
): Promise<readonly Ref[]> {
  if (prefixes.length === 0 || prefixes.length > PREFIXES_MAX) return database.lookups.listRefs(uuid);
  return listRefsByPrefix(database.kysely, uuid, [...prefixes, `${BRANCH_PREFIX}${mainBranch ?? "main"}`]);
}
