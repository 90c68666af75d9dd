import { parsePage, representPage } from "../../../http/routes/paging.ts";
import type { WorkspaceRoute } from "../../../http/routes/subjects/workspace.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { representPipelineRunner } from "../../../representations/pipeline-runner.ts";
import { countRunners, listRunners } from "../../../storage/sql/pipelines/runners.ts";

export const listWorkspaceRunnersRoute: WorkspaceRoute = {
  subject: "workspace",
  method: "GET",
  path: "/2.0/workspaces/{workspace}/pipelines-config/runners",
  apiTokenScopes: ["read:runner:bitbucket"],
  oauthScopes: ["runner"],
  permission: "own",
  async handle({ database }, { workspace, query, url }) {
    const paging = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const owner = { kind: "workspace", uuid: workspace.uuid } as const;
    const size = await countRunners(database.kysely, owner);
    const runners = await listRunners(database.kysely, owner, paging);
    const values = runners.map((runner) => representPipelineRunner(runner));
    return jsonAnswer(200, representPage({ ...paging, size, values }, url));
  },
};
