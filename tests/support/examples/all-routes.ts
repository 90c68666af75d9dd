import type { Route } from "../../../src/http/routes/route.ts";
import { PAIL_SCOPES, SCOPES } from "../../../src/model/scope.ts";
import { OWN_ROUTES } from "../../../src/own-routes/routes.ts";
import { ROUTES } from "../../../src/rest/routes.ts";

/** Every route that is declared, of the API and below `/-/`: the same pipeline serves them all. */
export const ALL_ROUTES: readonly Route[] = [...ROUTES, ...OWN_ROUTES];

/** Every scope that a route may ask an API token for. */
export const ALL_SCOPES = [...SCOPES, ...PAIL_SCOPES] as const;
