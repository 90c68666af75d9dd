import type { SnippetRequest } from "../../../http/routes/subjects/snippet.ts";
import { Failure } from "../../../model/failure.ts";
import { type ComparedCommits, getComparedCommits } from "../../../operations/source/diffs.ts";
import type { Ports } from "../../../ports.ts";
import { parseDiffSpec } from "../../repositories/diff/diff-spec.ts";

/**
 * One commit, or two with `..` between them. Unlike in a repository, a spec names nothing beyond the snippet: the scopes and the
 * permission that admitted the request are those of snippets.
 *
 * @throws Failure not-found.
 */
export async function getSpecifiedCommits(
  ports: Ports,
  { snippet: { repository }, params, takeSlot }: SnippetRequest,
): Promise<ComparedCommits> {
  const text = params.revision ?? "";
  const spec = parseDiffSpec(text);
  const isElsewhere = (side: { readonly repository: unknown } | undefined) => side?.repository !== undefined;
  if (spec === undefined || isElsewhere(spec.source) || isElsewhere(spec.destination))
    throw new Failure("not-found", "Commit not found", { data: { shas: [text] } });
  const at = ({ revision }: { readonly revision: string }) => ({ repository, revision });
  const { source, destination } = spec;
  const sides = { source: at(source), destination: destination && at(destination) };
  return getComparedCommits(ports, repository, sides, takeSlot);
}
