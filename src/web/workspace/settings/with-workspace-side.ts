import { accessTokenTexts } from "../../catalogue/access-tokens.ts";
import { appTexts } from "../../catalogue/apps.ts";
import { consumerTexts } from "../../catalogue/oauth.ts";
import { webhookTexts } from "../../catalogue/webhooks.ts";
import { workspaceSettingsTexts as texts } from "../../catalogue/workspace-settings.ts";
import type { Html } from "../../html.ts";
import { withSide } from "../../layout/side.ts";
import { workspacePath } from "../../links.ts";
import type { WorkspacePageRequest } from "../../page.ts";
import type { Entry } from "../../translate.ts";

/** A page of the settings of a workspace. */
export function withWorkspaceSide(
  { t, path, workspace }: Pick<WorkspacePageRequest, "t" | "path" | "workspace">,
  main: Html,
): Html {
  const link = (page: string, label: Entry) => ({ href: workspacePath(workspace, "settings", page), label });
  const groups = [
    {
      title: texts.workspace,
      links: [
        link("general", texts.general),
        link("growth", texts.growth),
        link("webhooks", webhookTexts.title),
        link("installed-apps", appTexts.title),
      ],
    },
    { title: texts.people, links: [link("invitations", texts.invitations), link("groups", texts.groups)] },
    {
      title: texts.security,
      links: [
        link("access-tokens", accessTokenTexts.title),
        link("tokens", texts.tokens),
        link("oauth-consumers", consumerTexts.title),
        link("policies", texts.policies),
        link("audit-log", texts.auditLog),
      ],
    },
  ];
  return withSide(t, { label: texts.title, groups, path }, main);
}
