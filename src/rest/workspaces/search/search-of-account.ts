import type { RestRequest } from "../../../http/routes/declaration.ts";
import { findNamedWorkspace } from "../../../http/routes/named-subjects.ts";
import type { Answer } from "../../../http/server/answer.ts";
import { Failure } from "../../../model/failure.ts";
import { viewerOf } from "../../../model/who-acts.ts";
import type { Ports } from "../../../ports.ts";
import { listRepositories } from "../../../storage/sql/repositories/repositories.ts";
import { type AskedSearch, answerCodeSearch } from "./answer-code-search.ts";

/**
 * The search in the workspace that has the name of an account or a team. Which workspaces there are is not told: one in which the
 * caller sees no repository is as good as none.
 *
 * @param name a slug, or a UUID in braces.
 */
export async function answerSearchOfAccount(
  ports: Ports,
  name: string,
  asked: AskedSearch,
  request: RestRequest,
): Promise<Answer> {
  const workspace = await findNamedWorkspace(ports, { workspace: name });
  const viewer = viewerOf(request.caller);
  const seen =
    workspace &&
    (await listRepositories(ports.database.kysely, {
      workspaceUuid: workspace.uuid,
      viewer,
      page: 1,
      pagelen: 1,
    }));
  if (workspace === undefined || seen === undefined || seen.size === 0) {
    // The published text.
    const text =
      "Search is not enabled for the requested workspace, navigate to https://bitbucket.org/search to turn it on";
    throw new Failure("not-found", text);
  }
  return answerCodeSearch(ports, workspace, asked, request);
}
