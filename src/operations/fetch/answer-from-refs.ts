import type { Repository } from "../../model/repository.ts";
import type { Ports } from "../../ports.ts";

export type RefAnswerPorts = Pick<Ports, "database" | "refAnswers">;

/**
 * An answer that depends only on a repository's refs and on the request for them. The generation in the key rises with
 * every change of a ref, so a cached answer is never stale and need not be removed.
 */
export async function answerFromRefs(
  { refAnswers }: RefAnswerPorts,
  { uuid, refGeneration, mainBranch }: Repository,
  asked: string,
  write: () => Promise<Buffer>,
): Promise<Buffer> {
  const key = `${uuid} ${refGeneration} ${mainBranch ?? ""}\n${asked}`;
  const cached = refAnswers.find(key);
  if (cached !== undefined) return cached;
  const answer = await write();
  refAnswers.put(key, answer);
  return answer;
}
