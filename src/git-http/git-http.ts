import type { FastifyInstance } from "fastify";
import type { Ports } from "../ports.ts";
import { type GitRoute, registerGitRoute } from "./git-route.ts";
import { infoRefsRoute } from "./info-refs.ts";
import { registerLfs } from "./lfs.ts";
import { receivePackRoute } from "./receive-pack.ts";
import { uploadPackRoute } from "./upload-pack.ts";

export const GIT_ROUTES: readonly GitRoute[] = [infoRefsRoute, uploadPackRoute, receivePackRoute];

/** Smart HTTP in a scope of its own: bodies are streams here, and errors are plain text. */
export async function registerGitHttp(parent: FastifyInstance, ports: Ports): Promise<void> {
  await parent.register(async (server) => {
    server.decorateRequest("admittedToGit", undefined);
    server.removeAllContentTypeParsers();
    server.addContentTypeParser("*", (_request, body, done) => done(null, body));
    for (const route of GIT_ROUTES) registerGitRoute(server, ports, route);
    registerLfs(server, ports);
  });
}
