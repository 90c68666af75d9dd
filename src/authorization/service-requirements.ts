import type { GitService } from "../git/wire/advertisement.ts";
import type { Permission } from "../model/permission.ts";
import type { Requirement } from "../model/scope-set.ts";
import type { SnippetPermission } from "../model/snippet.ts";

/**
 * What each service of git requires, over any transport. "Write does not imply read" is taken literally: a push needs
 * only write.
 */
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

/** The same for the repository of a snippet. */
export const SNIPPET_SERVICE_REQUIREMENTS: Record<
  GitService,
  Requirement & { readonly permission: SnippetPermission }
> = {
  "git-upload-pack": {
    apiTokenScopes: ["read:snippet:bitbucket"],
    oauthScopes: ["snippet"],
    permission: "read",
  },
  "git-receive-pack": {
    apiTokenScopes: ["write:snippet:bitbucket"],
    oauthScopes: ["snippet:write"],
    permission: "write",
  },
};
