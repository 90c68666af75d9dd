import type { Route } from "../../../http/routes/route.ts";
import { createBranchRoute } from "./create-branch.ts";
import { createTagRoute } from "./create-tag.ts";
import { DELETE_REF_ROUTES } from "./delete-ref.ts";
import { GET_REF_ROUTES } from "./get-ref.ts";
import { LIST_REFS_ROUTES } from "./list-refs.ts";

/** The tag "Refs" of the reference. */
export const REFS_ROUTES: readonly Route[] = [
  ...LIST_REFS_ROUTES,
  createBranchRoute,
  createTagRoute,
  ...GET_REF_ROUTES,
  ...DELETE_REF_ROUTES,
];
