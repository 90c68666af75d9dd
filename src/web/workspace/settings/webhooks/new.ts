import type { WorkspacePage } from "../../../page.ts";
import { describeHookForm, saveHook } from "../../../webhooks/edit.ts";
import { hooksOfWorkspace } from "../../../webhooks/hooks-of.ts";

/** Adds a webhook to a workspace. */
export const workspaceNewWebhookPage: WorkspacePage = {
  path: "/{workspace}/workspace/settings/webhooks/new",
  subject: "workspace",
  permission: "own",
  get: async (_ports, request) => describeHookForm(request, hooksOfWorkspace(request), undefined),
  post: (ports, request) => saveHook(ports, request, hooksOfWorkspace(request), undefined),
};
