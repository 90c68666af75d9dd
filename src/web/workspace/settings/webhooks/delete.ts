import type { WorkspacePage } from "../../../page.ts";
import { askToDeleteHook, deleteHook } from "../../../webhooks/edit.ts";
import { getNamedHook, hooksOfWorkspace } from "../../../webhooks/hooks-of.ts";

/** Asks whether to delete a webhook of a workspace, and deletes it. */
export const workspaceDeleteWebhookPage: WorkspacePage = {
  path: "/{workspace}/workspace/settings/webhooks/{uid}/delete",
  subject: "workspace",
  permission: "own",
  async get(ports, request) {
    const hooks = hooksOfWorkspace(request);
    return askToDeleteHook(request, hooks, await getNamedHook(ports, request, hooks));
  },
  async post(ports, request) {
    const hooks = hooksOfWorkspace(request);
    return deleteHook(request, hooks, await getNamedHook(ports, request, hooks));
  },
};
