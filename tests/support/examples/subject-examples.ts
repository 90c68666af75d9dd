import type { Route } from "../../../src/http/routes/route.ts";
import { exampleOf } from "./route-examples.ts";

/** `in`: the handler is reached. */
export type Outcome = "in" | 400 | 401 | 403 | 404 | 410;

/**
 * With a credential of all scopes, in a private workspace: its owner, a member who may read all that is in it, an account of
 * another workspace, and who sends no credential.
 */
export type Outcomes = Readonly<Record<"nobody" | "stranger" | "reader" | "owner", Outcome>>;

type Subject = Route["subject"];

type SubjectExample<Of extends Subject> = {
  outcomes(route: Extract<Route, { readonly subject: Of }>): Omit<Outcomes, "owner">;
  /** With what is deleted the subject goes. */
  readonly within: "workspace" | "project" | "repository" | undefined;
};

const HIDDEN = { nobody: 404, stranger: 404 } as const;

const SUBJECTS: { readonly [Of in Subject]: SubjectExample<Of> } = {
  open: {
    outcomes: () => ({ nobody: "in", stranger: "in", reader: "in" }),
    within: undefined,
  },
  account: {
    outcomes: () => ({ nobody: 401, stranger: "in", reader: "in" }),
    within: undefined,
  },
  // None of these is an app.
  installation: {
    outcomes: () => ({ nobody: 401, stranger: 403, reader: 403 }),
    within: undefined,
  },
  "selected-account": {
    outcomes: () => ({ nobody: 401, stranger: 403, reader: 403 }),
    within: undefined,
  },
  workspace: {
    outcomes: ({ permission }) => ({
      ...HIDDEN,
      reader: permission === "see" || permission === "belong" ? "in" : 403,
    }),
    within: "workspace",
  },
  // The example is private. Whoever belongs to its workspace changes it.
  snippet: {
    outcomes: () => ({ ...HIDDEN, reader: "in" }),
    within: undefined,
  },
  "new-snippet": {
    outcomes: ({ path }) => ({
      ...(path.includes("{workspace}") ? HIDDEN : { nobody: 401, stranger: 404 }),
      reader: "in",
    }),
    within: "workspace",
  },
  project: {
    outcomes: ({ permission }) => ({
      ...HIDDEN,
      reader: permission === "see" || permission === "read" ? "in" : 403,
    }),
    within: "project",
  },
  "project-or-new": {
    outcomes: () => ({ ...HIDDEN, reader: 403 }),
    within: "project",
  },
  repository: {
    outcomes: ({ permission }) => ({ ...HIDDEN, reader: permission === "read" ? "in" : 403 }),
    within: "repository",
  },
  // The example's is by the owner.
  "pull-request": {
    outcomes: ({ permission }) => ({ ...HIDDEN, reader: permission === "read" ? "in" : 403 }),
    within: "repository",
  },
  "new-repository": {
    outcomes: () => ({ ...HIDDEN, reader: 403 }),
    within: "workspace",
  },
  "repository-or-new": {
    outcomes: () => ({ ...HIDDEN, reader: 403 }),
    within: "repository",
  },
  // A reader of the parent may not create repositories in its workspace, which is where it goes if none is named.
  fork: {
    outcomes: () => ({ ...HIDDEN, reader: 403 }),
    within: "repository",
  },
};

/** What a route's declaration makes of its callers, and its example where that says otherwise. */
export function expectedOutcomes(route: Route): Outcomes {
  const { outcomes } = SUBJECTS[route.subject] as SubjectExample<Subject>;
  return { owner: "in", ...outcomes(route as never), ...exampleOf(route).outcomes };
}

export function subjectIsWithin({ subject }: Route): SubjectExample<Subject>["within"] {
  return SUBJECTS[subject].within;
}
