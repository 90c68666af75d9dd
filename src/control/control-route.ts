import type { BodyOf, BodySchema } from "../http/routes/body-schema.ts";
import type { Answer } from "../http/server/answer.ts";
import type { StandIn } from "../stand-in/stand-in.ts";

export type ControlRequest<Body> = {
  /** Of the path, by their names in it. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Body;
  /** Aborted when nobody waits any more. */
  readonly signal: AbortSignal;
};

/** A route of the control of a stand-in. Whoever reaches it may do everything. */
export type ControlRoute = {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** With `{parameter}`. */
  readonly path: string;
  /** One line, for the list of all. */
  readonly summary: string;
  readonly body?: BodySchema;
  handle(standIn: StandIn, request: ControlRequest<unknown>): Promise<Answer>;
};

/** A route whose handler is given the body that its schema describes. */
export function withBody<Body extends BodySchema>(
  route: Omit<ControlRoute, "body" | "handle"> & {
    readonly body: Body;
    handle(standIn: StandIn, request: ControlRequest<BodyOf<Body>>): Promise<Answer>;
  },
): ControlRoute {
  const { handle } = route;
  return { ...route, handle: (standIn, request) => handle(standIn, request as ControlRequest<BodyOf<Body>>) };
}
