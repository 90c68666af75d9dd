import type { FastifyInstance } from "fastify";
import { acceptFormBodies } from "../http/routes/form-bodies.ts";
import { Failure } from "../model/failure.ts";
import type { Ports } from "../ports.ts";
import { registerAssets } from "./assets.ts";
import { registerAvatars } from "./avatars.ts";
import { PAGE_LIST } from "./page-list.ts";
import { tellBrowsersApart } from "./pipeline/browsers-only.ts";
import { answerErrorsInPages } from "./pipeline/page-errors.ts";
import { type PageEntry, registerPage } from "./pipeline/register-page.ts";

/** The pages, in a scope of their own: forms are the only bodies, refusals are pages, and nothing looks at `Authorization`. */
export async function registerWeb(parent: FastifyInstance, ports: Ports): Promise<void> {
  tellBrowsersApart(parent);
  await parent.register(async (server) => {
    server.decorateRequest("admittedToPage", undefined);
    answerErrorsInPages(server, ports);
    await server.register(registerAssets);
    await server.register(registerAvatars);
    acceptFormBodies(server);
    server.addContentTypeParser("*", (_request, _body, done) =>
      done(new Failure("format-unsupported", "Pages take forms: application/x-www-form-urlencoded")),
    );
    const withFiles = PAGE_LIST.filter(isWithFiles);
    for (const entry of PAGE_LIST) if (!isWithFiles(entry)) registerPage(server, ports, entry);
    await server.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser("*", (_request, body, done) => done(null, body));
      for (const entry of withFiles) registerPage(scope, ports, entry);
    });
  });
}

function isWithFiles({ takesFiles }: PageEntry): boolean {
  return takesFiles === true;
}
