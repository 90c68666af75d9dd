import type { WorkspacePage } from "../../../page.ts";
import { describeHookForm, saveHook } from "../../../webhooks/edit.ts";
import { getNamedHook, hooksOfWorkspace } from "../../../webhooks/hooks-of.ts";

/** Changes a webhook of a workspace. */
export const workspaceEditWebhookPage: WorkspacePage = {
  path: "/{workspace}/workspace/settings/webhooks/{uid}/edit",
  subject: "workspace",
  permission: "own",
  async get(ports, request) {
    const hooks = hooksOfWorkspace(request);
    return describeHookForm(request, hooks, await getNamedHook(ports, request, hooks));
  },
  async post(ports, request) {
    const hooks = hooksOfWorkspace(request);
    return saveHook(ports, request, hooks, await getNamedHook(ports, request, hooks));
  },
};
