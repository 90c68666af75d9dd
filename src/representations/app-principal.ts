import type { Workspace } from "../model/workspace.ts";
import { representInstant } from "./instant.ts";
import type { BaseUrls } from "./links.ts";
import { representOwner } from "./workspace.ts";

/** For whom an app is installed, as its lifecycle calls tell it: contract, auth-beyond-tokens.md §3.4. */
export function representAppPrincipal(workspace: Workspace, baseUrls: BaseUrls) {
  return {
    ...representOwner(workspace, baseUrls),
    is_active: true,
    created_on: representInstant(workspace.createdAt),
    properties: {},
    has_2fa_enabled: null,
  };
}
