import type { Route } from "../../src/http/routes/route.ts";

/** A body as it is sent. */
export type ExampleBody = { readonly contentType: string; readonly text: string; readonly json?: unknown };

function json(value: unknown): ExampleBody {
  return { contentType: "application/json", text: JSON.stringify(value), json: value };
}

function form(text: string): ExampleBody {
  return { contentType: "application/x-www-form-urlencoded", text };
}

function multipart(text: string): ExampleBody {
  return { contentType: "multipart/form-data; boundary=edge", text };
}

const RESTRICTION = { kind: "push", pattern: "release/*", users: [], groups: [{ slug: "team" }] };
const HOOK = {
  description: "tells",
  url: "http://hooks.invalid/here",
  active: true,
  secret: "secret",
  events: ["issue:created"],
};
const ANNOTATION = {
  external_id: "one",
  annotation_type: "BUG",
  summary: "summary",
  details: "details",
  path: "docs/a.md",
  line: 3,
  result: "FAILED",
  severity: "HIGH",
  link: "https://example.com/bug",
};
const STATUS = {
  key: "build",
  state: "SUCCESSFUL",
  name: "Build",
  description: "all is well",
  url: "https://example.com/build/1",
  refname: "main",
};
const MODEL_SETTINGS = {
  development: { use_mainbranch: false, name: "main", enabled: true },
  production: { use_mainbranch: true, enabled: true },
  branch_types: [{ kind: "feature", enabled: true, prefix: "feature/" }],
  default_branch_deletion: "true",
};
const REF = { name: "junk/new", target: { hash: "main" }, message: "text" };
const REPOSITORY = {
  scm: "git",
  description: "text",
  website: "https://example.com/",
  language: "rust",
  is_private: true,
  has_issues: false,
  has_wiki: false,
  fork_policy: "allow_forks",
  mainbranch: { name: "main" },
  project: { key: "JUNK" },
};

const R = "/2.0/repositories/{workspace}/{repo_slug}";
const W = "/2.0/workspaces/{workspace}";
const C = `${R}/commit/{commit}`;

/** One good body for each route that takes one. */
export const EXAMPLE_BODIES: Readonly<Record<string, ExampleBody>> = {
  [`POST ${R}`]: json(REPOSITORY),
  [`PUT ${R}`]: json(REPOSITORY),
  [`POST ${R}/commits`]: form("include=main&exclude=v1"),
  [`POST ${R}/commits/{revision}`]: json({ include: ["main"], exclude: ["v1"] }),
  [`POST ${C}/comments`]: json({ content: { raw: "text" }, inline: { path: "docs/a.md", to: 1 } }),
  [`PUT ${C}/comments/{comment_id}`]: json({ content: { raw: "text" } }),
  [`POST ${C}/statuses/build`]: json(STATUS),
  [`PUT ${C}/statuses/build/{key}`]: json(STATUS),
  [`PUT ${C}/reports/{reportId}`]: json({
    title: "title",
    details: "details",
    reporter: "tool",
    link: "https://example.com/",
    logo_url: "https://example.com/logo",
    remote_link_enabled: true,
    report_type: "BUG",
    result: "FAILED",
    data: [
      { type: "NUMBER", title: "number", value: 7 },
      { type: "LINK", title: "link", value: { text: "t", href: "https://example.com/" } },
      { type: "DATE", title: "date", value: 1_700_000_000_000 },
    ],
  }),
  [`POST ${C}/reports/{reportId}/annotations`]: json([ANNOTATION]),
  [`PUT ${C}/reports/{reportId}/annotations/{annotationId}`]: json(ANNOTATION),
  [`POST ${R}/refs/branches`]: json(REF),
  [`POST ${R}/refs/tags`]: json(REF),
  [`POST ${R}/branch-restrictions`]: json(RESTRICTION),
  [`PUT ${R}/branch-restrictions/{id}`]: json({ ...RESTRICTION, pattern: "hotfix/*" }),
  [`PUT ${R}/branching-model/settings`]: json(MODEL_SETTINGS),
  [`PUT ${W}/projects/{project_key}/branching-model/settings`]: json(MODEL_SETTINGS),
  [`POST ${W}/projects`]: json({ key: "NEWONE", name: "New", description: "text", is_private: true }),
  [`PUT ${W}/projects/{project_key}`]: json({ name: "Junk", description: "text", is_private: true }),
  [`PUT ${R}/permissions-config/users/{selected_user_id}`]: json({ permission: "write" }),
  [`PUT ${R}/permissions-config/groups/{group_slug}`]: json({ permission: "write" }),
  [`PUT ${W}/projects/{project_key}/permissions-config/users/{selected_user_id}`]: json({
    permission: "create-repo",
  }),
  [`PUT ${W}/projects/{project_key}/permissions-config/groups/{group_slug}`]: json({
    permission: "create-repo",
  }),
  [`PUT ${W}/projects/{project_key}/default-reviewers/{selected_user}`]: json({ type: "user" }),
  [`PUT ${R}/override-settings`]: json({ default_merge_strategy: true, branching_model: false }),
  [`POST ${R}/hooks`]: json(HOOK),
  [`PUT ${R}/hooks/{uid}`]: json(HOOK),
  [`POST ${R}/forks`]: json({
    name: "junk-fork",
    description: "text",
    is_private: true,
    project: { key: "JUNK" },
  }),
  [`POST ${R}/src`]: form("message=text&branch=junk%2Fcommits&%2Fdocs%2Fnew.md=text&files=docs%2Fa.md"),
  [`POST ${R}/downloads`]: multipart(
    '--edge\r\ncontent-disposition: form-data; name="files"; filename="new.txt"\r\n\r\ntext\r\n--edge--\r\n',
  ),
  [`POST ${W}/hooks`]: json(HOOK),
  [`PUT ${W}/hooks/{uid}`]: json(HOOK),
};

/** Writes that by the reference have no body. */
export const BODILESS: ReadonlySet<string> = new Set([`POST ${C}/approve`]);

export function routeName({ method, path }: Pick<Route, "method" | "path">): string {
  return `${method} ${path}`;
}
