import type { Route } from "../http/routes/route.ts";
import { createAccessTokenRoutes } from "./access-tokens/create-access-token.ts";
import { getAccessTokenRoutes } from "./access-tokens/get-access-token.ts";
import { listAccessTokensRoutes } from "./access-tokens/list-access-tokens.ts";
import { revokeAccessTokenRoutes } from "./access-tokens/revoke-access-token.ts";
import { rotateAccessTokenRoutes } from "./access-tokens/rotate-access-token.ts";
import { getExplanationRoute } from "./explain/get-explanation.ts";
import { createTokenRoute } from "./tokens/create-token.ts";
import { deriveTokenRoute } from "./tokens/derive-token.ts";
import { getTokenRoute } from "./tokens/get-token.ts";
import { introspectTokenRoute } from "./tokens/introspect-token.ts";
import { listTokensRoute } from "./tokens/list-tokens.ts";
import { revokeTokenRoute } from "./tokens/revoke-token.ts";
import { rotateTokenRoute } from "./tokens/rotate-token.ts";

/**
 * What is declared below `/-/`, one line each. These are Pail's own: the published reference has none of them, so they are not
 * in `docs/compatibility.md`. A file that is not listed here is not served.
 */
export const OWN_ROUTES: readonly Route[] = [
  getExplanationRoute,
  listTokensRoute,
  getTokenRoute,
  createTokenRoute,
  rotateTokenRoute,
  introspectTokenRoute,
  revokeTokenRoute,
  ...listAccessTokensRoutes,
  ...createAccessTokenRoutes,
  ...getAccessTokenRoutes,
  ...revokeAccessTokenRoutes,
  ...rotateAccessTokenRoutes,
  deriveTokenRoute,
];
