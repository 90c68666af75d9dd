import type { TypeBuilder } from "../../http/routes/body-schema.ts";
import type { WorkspaceRoute } from "../../http/routes/subjects/workspace.ts";
import { jsonAnswer } from "../../http/server/answer.ts";
import { createGroup } from "../../operations/groups/groups.ts";
import { CHANGES_GROUPS, showGroup } from "./group-routes.ts";

const NewGroupBody = (Type: TypeBuilder) => Type.Object({ name: Type.String({ maxLength: 255 }) });

/** By a form with a name. */
export const createGroupRoute: WorkspaceRoute<typeof NewGroupBody> = {
  ...CHANGES_GROUPS,
  method: "POST",
  path: "/1.0/groups/{workspace}",
  successStatuses: [200],
  body: NewGroupBody,
  async handle(ports, { by, workspace, body: { name }, baseUrls }) {
    const group = await createGroup(ports, by, workspace, name);
    return jsonAnswer(200, await showGroup(ports, group, workspace, baseUrls));
  },
};
