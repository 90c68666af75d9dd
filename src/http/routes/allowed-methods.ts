import type { FastifyInstance } from "fastify";
import { isApiPath } from "./api-path.ts";

/** In the order in which an `Allow` names them. */
const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"] as const;

/**
 * Collects the methods of a server's routes, to distinguish a path that lacks a method from a path that does not exist.
 * The router itself can only be asked about patterns, not about paths.
 *
 * @returns the methods for the path of a request; none if the path does not exist.
 */
export function collectAllowedMethods(server: FastifyInstance): (target: string) => readonly string[] {
  const routes: { readonly parts: readonly string[]; readonly methods: readonly string[] }[] = [];
  server.addHook("onRoute", ({ url, method }) => {
    routes.push({ parts: url.split("/"), methods: [method].flat() });
  });
  return (target) => {
    const parts = target
      .split(/[?#]/, 1)[0]!
      .replace(/(.)\/$/, "$1")
      .split("/");
    // What begins with the name of a workspace is not the API's.
    const candidates = isApiPath(target)
      ? routes.filter(({ parts: [, first] }) => !first?.startsWith(":"))
      : routes;
    const found = new Set(
      candidates.filter((route) => fits(route.parts, parts)).flatMap(({ methods }) => methods),
    );
    return METHODS.filter((method) => found.has(method));
  };
}

function fits(pattern: readonly string[], path: readonly string[]): boolean {
  const spans = pattern.at(-1) === "*";
  if (spans ? path.length < pattern.length : path.length !== pattern.length) return false;
  return pattern.every((part, index) =>
    part.startsWith(":") ? path[index] !== "" : part === "*" || part === path[index],
  );
}
