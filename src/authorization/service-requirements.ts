import type { GitService } from "../git/wire/advertisement.ts";
import type { Permission } from "../model/permission.ts";
import type { Requirement } from "../model/scope-set.ts";

/** What each service of git asks, whatever transport it comes by. The rule "write does not imply read" is taken literally: a push needs write alone. */
export const SERVICE_REQUIREMENTS: Record<
  GitService,
  Requirement & { readonly permission: Exclude<Permission, "none"> }
> = {
  "git-upload-pack": {
    apiTokenScopes: ["read:repository:bitbucket"],
    oauthScopes: ["repository"],
    permission: "read",
  },
  "git-receive-pack": {
    apiTokenScopes: ["write:repository:bitbucket"],
    oauthScopes: ["repository:write"],
    permission: "write",
  },
};
