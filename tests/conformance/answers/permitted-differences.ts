import type { Difference } from "./answer-judge.ts";

/** Differences from the published reference that are right, each with the reason. The list may only shrink. */
export type PermittedDifference = {
  readonly why: string;
  /** All that are given must fit. */
  readonly operation?: RegExp;
  readonly status?: number;
  readonly pointer?: RegExp;
  readonly message?: RegExp;
};

export const PERMITTED_DIFFERENCES: readonly PermittedDifference[] = [
  {
    why: "errors have `fields`: documented in the reference's introduction, and missing from its definition",
    pointer: /^\/error\/fields$/,
    message: /schema is false/,
  },
  {
    why: "`error.detail` of a missing scope is an object: reported by many clients",
    status: 403,
    pointer: /^\/error\/detail$/,
  },
  {
    why: "recorded: the error of a token without any scope of Bitbucket's is a bare text",
    status: 401,
    pointer: /^(\/error)?$/,
    message: /must be object|required properties type/,
  },
  {
    why: "recorded: the links of a repository have branches, tags and source",
    pointer: /\/links\/(branches|tags|source)$/,
    message: /schema is false/,
  },
  {
    why: "recorded: the links of a branch have pullrequest_create",
    pointer: /\/links\/pullrequest_create$/,
    message: /schema is false/,
  },
  {
    why: "recorded: the links of a workspace have hooks",
    pointer: /\/links\/hooks$/,
    message: /schema is false/,
  },
  {
    why: "recorded: the clone link of ssh has no scheme, so it is no URI",
    pointer: /\/links\/clone\/\*\/href$/,
    message: /format "uri"/,
  },
  {
    why: "recorded: a repository that is no fork has a null parent",
    pointer: /\/parent$/,
    message: /object/,
  },
  {
    why: "our choice: the former name of a repository leads to it, and keeps method and body where there are some",
    status: 301,
    message: /not documented/,
  },
  {
    why: "our choice: the former name of a repository leads to it, and keeps method and body where there are some",
    status: 308,
    message: /not documented/,
  },
  {
    why: "our choice: an empty repository has a null main branch",
    pointer: /\/mainbranch$/,
    message: /must be object/,
  },
  {
    why: "recorded: the links of a project have self, and those of one in full have repositories",
    pointer: /\/links\/(self|repositories)$/,
    message: /schema is false/,
  },
  {
    why: "recorded: what is rendered has a type",
    pointer: /\/(summary|content)\/type$/,
    message: /schema is false/,
  },
  {
    why: "null in the place of a line on the side that a comment is not about: the definition's own words say null",
    pointer: /\/inline\/(from|to)$/,
    message: /must be integer/,
  },
  {
    why: "the definition lists null among the states of a participant, and calls them text",
    pointer: /\/participants\/\*\/state$/,
    message: /must be string/,
  },
  { why: "recorded: a status that no ref was named for has a null refname", pointer: /\/refname$/ },
  {
    why: "recorded: a lightweight tag has null for message, date and tagger",
    pointer: /\/(message|date|tagger)$/,
    message: /must be (string|object)/,
  },
  {
    why: "our choice: a tag on something that is no commit has a null target",
    pointer: /\/target$/,
    message: /must be object/,
  },
  {
    why: "recorded: null for the side where a file is not",
    pointer: /\/(old|new)$/,
    message: /must be object/,
  },
  {
    why: "the definition's own words: the name must be null when use_mainbranch is true",
    pointer: /^\/(development|production)\/name$/,
    message: /must be string/,
  },
  {
    why: "the reference's own example has links between a subject and its events",
    operation: /^GET \/hook_events$/,
    pointer: /\/links$/,
  },
  {
    why: "the reference's text: format=meta answers one entry and format=rendered has a raw element; its schema is a list's",
    operation: /\/src\/\{commit\}\/\{path\}$/,
    pointer: /^\/(path|commit|type|attributes|escaped_path|size|mimetype|links|raw|markup|html)$/,
  },
  {
    why: "the reference's text: GET on src redirects, though its table has 200 alone",
    operation: /\/src$/,
    status: 302,
  },
  {
    why: "the reference's own example and the recordings: attributes of a file are a list of texts",
    pointer: /\/attributes$/,
    message: /must be (string|equal to one of)/,
  },
  {
    why: "the reference's text: the value of a report's data may be a number, a text or a truth value",
    pointer: /\/data\/\*\/value$/,
    message: /must be object/,
  },
  {
    why: "our choice: a branch restriction of a kind that counts nothing has a null value",
    operation: /branch-restrictions/,
    pointer: /\/value$/,
  },
  {
    why: "recorded: the links of a pull request have request-changes and statuses, and since 2026 mergeability_checks",
    operation: /pullrequests/,
    pointer: /\/links\/(request-changes|statuses|mergeability_checks)$/,
    message: /schema is false/,
  },
  {
    why: "recorded: rendered texts of a pull request say their type",
    operation: /pullrequests/,
    pointer: /\/rendered\/(title|description|reason)\/type$/,
    message: /schema is false/,
  },
  {
    why: "recorded: the commits of a pull request's two sides have type and links, and the branch of its source links",
    operation: /pullrequests/,
    pointer: /\/((source|destination|merge_commit)\/)?(commit\/|branch\/)?(type|links)$/,
    message: /schema is false/,
  },
  {
    why: "recorded: null for who closed an open pull request, and for the merge commit of one that is not merged",
    operation: /pullrequests/,
    pointer: /\/(closed_by|merge_commit)$/,
    message: /must be object/,
  },
  {
    why: "reported by a client of the real service: null for what is gone of a pull request's two sides",
    operation: /pullrequests/,
    pointer: /\/((source|destination)\/commit|source\/repository)$/,
    message: /must be object/,
  },
  {
    why: "recorded: the answer to a merge has more of the merge commit than its hash",
    operation: /\/merge$/,
    pointer: /^\/merge_commit\/(author|date|message|summary)$/,
    message: /schema is false/,
  },
  {
    why: "recorded: a reviewer who has done nothing has taken part at no time",
    operation: /pullrequests/,
    pointer: /\/participated_on$/,
    message: /must be string/,
  },
  {
    why: "reported by a client of the real service: an inline comment has the commits that it was made on",
    operation: /\/comments/,
    pointer: /\/inline\/(src_rev|dest_rev|outdated|context_lines)$/,
    message: /schema is false/,
  },
  {
    why: "recorded: null for the lines that an inline comment does not name",
    operation: /\/pullrequests\/\{pull_request_id\}\/comments/,
    pointer: /\/inline\/(start_from|start_to)$/,
    message: /must be integer/,
  },
  {
    why: "recorded: the parent of a comment has an id and links",
    operation: /\/pullrequests\/\{pull_request_id\}\/comments/,
    pointer: /\/parent$/,
    message: /required properties type/,
  },
  {
    why: "the definition of a task is of parts that each forbid what the others have, and takes no task at all",
    operation: /\/tasks/,
    pointer:
      /\/(id|content|created_on|updated_on|creator|pending|state|resolved_on|resolved_by|links|comment)$/,
  },
  {
    why: "a part of each entry was asked for, and the parts are alike",
    operation: /^GET .*\/pullrequests$/,
    pointer: /\/values$/,
    message: /duplicate items/,
  },
  {
    why: "our choice: webhooks can hear of tokens that end soon, by an event that the reference does not have",
    operation: /hook/,
    pointer: /(^|\/)(events\/\*|event)$/,
    message: /allowed values/,
  },
  {
    why: "in the reference since October 2026: the checks of a merge",
    operation: /^-$/,
    status: 200,
    message: /not documented/,
  },
  {
    why: "documented by examples: a key that was never used, does not expire or is no subkey says so by null",
    operation: /-keys/,
    pointer: /\/(last_used|expires_on|parent_fingerprint)$/,
    message: /must be string/,
  },
  {
    why: "reported by many clients: the id of a snippet is text, whatever its definition says",
    operation: /\/snippets/,
    pointer: /(^|\/snippet|\/values\/\*)\/id$/,
    message: /must be integer/,
  },
  {
    why: "recorded: the links of a pipeline have no type",
    operation: /\/pipelines/,
    pointer: /\/links(\/self|\/steps)?$/,
    message: /required properties type/,
  },
  {
    why: "reported: the log of a step is text, and is not to be had as anything else",
    operation: /\/steps\/\{step_uuid\}\/log$/,
    status: 406,
    message: /not documented/,
  },
];

export function isPermittedBy(permitted: PermittedDifference, difference: Difference): boolean {
  return (
    (permitted.operation?.test(difference.operation) ?? true) &&
    (permitted.status === undefined || permitted.status === difference.status) &&
    (permitted.pointer?.test(difference.pointer) ?? true) &&
    (permitted.message?.test(difference.message) ?? true)
  );
}
