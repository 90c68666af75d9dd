import assert from "node:assert/strict";
import { test } from "node:test";
import { openExampleWorkspace } from "../../support/examples/example-workspace.ts";
import { exampleOf, exampleValues } from "../../support/examples/route-examples.ts";
import { SERVED, startClientUnderTest } from "./client-under-test.ts";

/** Every operation that both Pail and the published npm client `bitbucket` have, called through the client as its example is. */
const client = await startClientUnderTest();
const examples = await openExampleWorkspace(client.app);

/** The names that the client has for one operation are one and the same. */
const names = new Map([...client.methods].reverse().map(([name, { operation }]) => [operation, name]));

/** What the client does not ask without: examples have no query. */
const QUERIES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "DELETE /repositories/{}/{}/pipelines-config/caches": { name: "node" },
  "GET /users/{}/search/code": { search_query: "text" },
  "GET /teams/{}/search/code": { search_query: "text" },
  "GET /workspaces/{}/search/code": { search_query: "text" },
};
/** There is no workspace of such a name. */
const REFUSED: Readonly<Record<string, number>> = {
  "GET /users/{}/search/code": 404,
};
/** Of these the client takes the fields of the body one by one. */
const SPREAD: ReadonlySet<string> = new Set(["POST /repositories/{}/{}/deploy-keys"]);

for (const [operation, name] of names) {
  const route = SERVED.get(operation);
  if (route === undefined) continue;
  const { body: first, outcomes } = exampleOf(route);
  // A form is made by the client: those have tests of their own in every-operation.test.ts.
  if (first !== undefined && first.json === undefined) continue;

  test(`${name} takes the example of ${operation}`, async () => {
    await examples.refill();
    // Some are about what has just been made.
    const { body } = exampleOf(route);
    // The client encodes them itself, and calls them by names of its own.
    const values = exampleValues(route, examples.parameters()).map(decodeURIComponent);
    const { url } = client.methods.get(name)!.definition;
    const own = [...url.matchAll(/\{(\w+)\}/g)].map(([, each], index) => [each, values[index]]);
    const query = QUERIES[operation];
    const parameters = {
      ...Object.fromEntries(own),
      ...query,
      ...(body === undefined ? {} : SPREAD.has(operation) ? (body.json as object) : { _body: body.json }),
    };
    const refused = REFUSED[operation] ?? (query === undefined ? outcomes?.owner : undefined);
    if (refused === undefined) await client.call(name, parameters);
    else assert.equal(await client.refuse(name, parameters), refused);
    if (route.method !== "GET") examples.spoil();
  });
}
