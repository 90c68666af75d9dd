import type { TypeBuilder } from "../../http/routes/body-schema.ts";
import type { WorkspaceRoute } from "../../http/routes/subjects/workspace.ts";
import { jsonAnswer } from "../../http/server/answer.ts";
import { invalidField } from "../../model/failure.ts";
import { type GroupDefaults, NO_DEFAULTS } from "../../model/group.ts";
import { changeGroup, getGroup } from "../../operations/groups/groups.ts";
import { findGroupDefaults } from "../../storage/sql/groups/group-defaults.ts";
import { CHANGES_GROUPS, showGroup } from "./group-routes.ts";

const GroupBody = (Type: TypeBuilder) =>
  Type.Object({
    name: Type.Optional(Type.String({ maxLength: 255 })),
    permission: Type.Optional(Type.Union([Type.String({ maxLength: 10 }), Type.Null()])),
    auto_add: Type.Optional(Type.Boolean()),
    email_forwarding_disabled: Type.Optional(Type.Boolean()),
  });

const PERMISSIONS = ["read", "write", "admin"] as const;

export const putGroupRoute: WorkspaceRoute<typeof GroupBody> = {
  ...CHANGES_GROUPS,
  method: "PUT",
  path: "/1.0/groups/{workspace}/{group_slug}",
  body: GroupBody,
  async handle(ports, { by, workspace, params, body, baseUrls }) {
    const group = await getGroup(ports, workspace, params.group_slug!);
    const held =
      (await findGroupDefaults(ports.database.kysely, [group.uuid])).get(group.uuid) ?? NO_DEFAULTS;
    const { name = group.name, permission, auto_add: addsMembers = held.addsMembers } = body;
    const { email_forwarding_disabled: isMailOff = !held.forwardsMail } = body;
    await changeGroup(by, group, name, {
      permission: permission === undefined ? held.permission : readPermission(permission),
      addsMembers,
      forwardsMail: !isMailOff,
    });
    return jsonAnswer(200, await showGroup(ports, { ...group, name }, workspace, baseUrls));
  },
};

/** Null, an empty text or `none` take it away. */
function readPermission(text: string | null): GroupDefaults["permission"] {
  if (text === null || text === "" || text === "none") return undefined;
  const permission = PERMISSIONS.find((each) => each === text);
  if (permission === undefined)
    throw invalidField("permission", `must be one of ${PERMISSIONS.join(", ")}, or null`);
  return permission;
}
