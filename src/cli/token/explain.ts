import type { Command } from "commander";
import { ANONYMOUS, type Caller } from "../../model/caller.ts";
import type { Ports } from "../../ports.ts";
import { examples } from "../program.ts";
import { addSettings } from "../start/settings-options.ts";
import { withPorts } from "../start/with-ports.ts";
import { printFields, printJson } from "../terminal/print.ts";
import { UsageError } from "../terminal/problem.ts";
import { getAnyToken } from "./get-token.ts";

type ExplainOptions = { readonly token?: string; readonly json?: true };

export function addExplain(token: Command): void {
  const command = token
    .command("explain")
    .description(
      "Tells what a request takes: scopes in both vocabularies, and permission. With a token also what that has, why it " +
        "would be refused, and the least change that would let it in. Nothing is sent.",
    )
    .argument("<request>", "a method and a path, or a command of git with a repository")
    .option("--token <id>", "the token that would be sent: its id, or its first 8 or more characters")
    .option("--json", "as a JSON object")
    .addHelpText(
      "after",
      examples(
        "pail token explain 'POST /2.0/repositories/acme/demo/refs/branches'",
        "pail token explain 'git push acme/demo' --token 1b9d6bcd",
      ),
    );
  addSettings(command).action(async (text: string, options: ExplainOptions) => {
    const request = parseRequest(text);
    if (request === undefined)
      throw new UsageError(
        `REQUEST ${JSON.stringify(text.slice(0, 200))}: must be like 'POST /2.0/…' or 'git push acme/demo'`,
      );
    const explained = await withPorts(command, (ports) => explain(ports, request, options.token));
    if (options.json) return printJson(explained);
    printFields(toFields(explained));
  });
}

type RequestText = { readonly method: string; readonly target: string };

/** `POST /2.0/…`, a path alone, a URL in place of the path, or `git push acme/demo`. */
export function parseRequest(text: string): RequestText | undefined {
  const git = /^git\s+(clone|fetch|pull|push)\s+([^/\s]+\/[^/\s]+?)(?:\.git)?$/.exec(text.trim());
  if (git !== null) {
    const service = git[1] === "push" ? "git-receive-pack" : "git-upload-pack";
    return { method: "POST", target: `/${git[2]}.git/${service}` };
  }
  const [, method = "GET", where = ""] = /^(?:([A-Za-z]+)\s+)?(\S+)$/.exec(text.trim()) ?? [];
  const target = /^https?:/.test(where) && URL.canParse(where) ? withoutOrigin(where) : where;
  return target.startsWith("/") ? { method: method.toUpperCase(), target } : undefined;
}

function withoutOrigin(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

async function explain(ports: Ports, { method, target }: RequestText, id: string | undefined) {
  // Loaded only here: it takes every route.
  const [{ explainRequest }, { representExplanation }, { callerOfToken }] = await Promise.all([
    import("../../own-routes/explain/explain-request.ts"),
    import("../../own-routes/explain/represent-explanation.ts"),
    import("../../authentication/caller-of-token.ts"),
  ]);
  const found =
    id === undefined ? undefined : await callerOfToken(ports, (await getAnyToken(ports, id)).uuid);
  const caller: Caller = found?.caller ?? ANONYMOUS;
  const asked = { method, target, address: undefined, headers: {}, problem: found?.problem };
  return representExplanation(caller, asked, await explainRequest(ports, caller, asked));
}

type Shown = Awaited<ReturnType<typeof explain>>;

function toFields({ route, required, caller, held, allowed, refusals, least_changes }: Shown) {
  const { api_token_scopes, oauth_scopes, permission, credential_kinds } = required;
  const needs = {
    route,
    "API token scopes": orNone(api_token_scopes),
    "OAuth scopes": orNone(oauth_scopes),
    ...(credential_kinds === null ? {} : { "kinds of credential": credential_kinds }),
    permission,
  };
  if (caller.kind === "anonymous") return needs;
  return {
    ...needs,
    token: `${caller.id} of ${caller.account}`,
    "its scopes": orNone(caller.scopes ?? []),
    "its permission": held.permission,
    "let in": allowed ? "yes" : "no",
    ...(allowed ? {} : { "why not": refusals.map(describeRefusal), "to be let in": least_changes }),
  };
}

function orNone(scopes: readonly string[]): readonly string[] {
  return scopes.length === 0 ? ["none"] : scopes;
}

function describeRefusal({ status, message, missing = [] }: Shown["refusals"][number]): string {
  return `${status} ${message}${missing.length === 0 ? "" : ` Missing: ${missing.join(", ")}`}`;
}
