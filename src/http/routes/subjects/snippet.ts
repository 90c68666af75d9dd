import type { Account } from "../../../model/account.ts";
import type { OpenSnippet, SnippetPermission } from "../../../model/snippet.ts";
import { requireAccount } from "../../../model/who-acts.ts";
import type { Ports } from "../../../ports.ts";
import type { Answer } from "../../server/answer.ts";
import type { BodyOf, BodySchema } from "../body-schema.ts";
import type { Declared, RestRequest, WithBody } from "../declaration.ts";
import type { FormPart, FormParts } from "../form-parts.ts";
import { findNamedSnippet } from "../named-subjects.ts";
import type { Found, Subject } from "./subject.ts";

export type SnippetRequest<Body extends BodySchema = BodySchema> = RestRequest & {
  readonly snippet: OpenSnippet;
  readonly body: BodyOf<Body>;
};

type OnSnippet = Declared & {
  readonly subject: "snippet";
  readonly permission: SnippetPermission;
};

export type SnippetRoute<Body extends BodySchema = BodySchema> = OnSnippet &
  Partial<WithBody<Body>> & {
    readonly access?: undefined;
    handle(ports: Ports, request: SnippetRequest<Body>): Promise<Answer>;
  };

/** In the name of an account, even where everybody may read. */
export type SnippetAccountRoute<Body extends BodySchema = BodySchema> = OnSnippet &
  Partial<WithBody<Body>> & {
    readonly access: "account";
    readonly form?: undefined;
    handle(ports: Ports, request: SnippetRequest<Body> & { readonly account: Account }): Promise<Answer>;
  };

/** The same, for files, whose parts the handler reads as they arrive. */
export type SnippetFormRoute = OnSnippet & {
  readonly access: "account";
  readonly form: FormParts;
  handle(
    ports: Ports,
    request: RestRequest & {
      readonly snippet: OpenSnippet;
      readonly account: Account;
      readonly form: AsyncIterable<FormPart>;
    },
  ): Promise<Answer>;
};

type OfSnippet = SnippetRoute | SnippetAccountRoute | SnippetFormRoute;

type FoundSnippet = Found & { readonly snippet: OpenSnippet; readonly account: Account | undefined };

export const snippetSubject: Subject<OfSnippet, FoundSnippet> = {
  async admit(ports, route, { admission, params }) {
    const found = await findNamedSnippet(ports, params);
    const snippet = await admission.admitToSnippet(found, route.permission);
    const account = route.access === undefined ? undefined : requireAccount(admission.caller);
    return { snippet, account, repository: snippet.repository };
  },
  async call(ports, route, { snippet, account }, request, body) {
    if (route.access === undefined) return route.handle(ports, { ...request, snippet, body });
    const inName = { ...request, snippet, account: account! };
    if (route.form !== undefined)
      return route.handle(ports, { ...inName, form: body as AsyncIterable<FormPart> });
    return route.handle(ports, { ...inName, body });
  },
  describe: ({ permission }) =>
    permission === "read" ? "read the snippet" : "belong to the workspace of the snippet",
};
