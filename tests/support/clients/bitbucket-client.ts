import { createRequire } from "node:module";

export type ClientAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into as users of the client do.
  readonly data: any;
};

/** What the client throws: for a 4xx its status and the body as `error`, for an answer that it cannot read a status of 500. */
export type ClientError = { readonly status: number; readonly message: string; readonly error: unknown };

type Parameters = Readonly<Record<string, unknown>>;
type Method = ((parameters: Parameters) => Promise<ClientAnswer>) & {
  readonly endpoint?: { readonly DEFAULTS: Definition };
};
type Definition = { readonly method: string; readonly url: string };

/** What is used of the package: its own types lead to sources that do not compile under our settings. */
export type BitbucketClient = Readonly<Record<string, Readonly<Record<string, Method>>>>;

// The package is CommonJS in a form whose names an `import` does not see.
const { Bitbucket } = createRequire(import.meta.url)("bitbucket") as {
  readonly Bitbucket: new (options: Parameters) => BitbucketClient;
};

/** The published client as it is; only options of its manual are set. */
export function openBitbucketClient(options: {
  readonly apiUrl: string;
  readonly email: string;
  readonly token: string;
  readonly fetch?: typeof fetch;
}): BitbucketClient {
  const { apiUrl, email, token, fetch } = options;
  return new Bitbucket({
    baseUrl: apiUrl,
    auth: { username: email, password: token },
    notice: false,
    ...(fetch === undefined ? {} : { request: { fetch } }),
  });
}

/** An operation in the same form for the client's paths and for ours: `GET /repositories/{}/{}/refs`. */
export function operationOf(method: string, path: string): string {
  const plain = path
    .replace(/^\/2\.0/, "")
    .replace(/\{\?[\w,]+\}/, "")
    .replace(/\/$/, "");
  return `${method} ${plain.replaceAll(/\{\w+\}/g, "{}")}`;
}

export type ClientMethod = { readonly operation: string; readonly definition: Definition };

/** Every method of the client by its name, such as `refs.createBranch`. Methods that it calls deprecated tell no definition. */
export function methodsOf(client: BitbucketClient): {
  readonly methods: ReadonlyMap<string, ClientMethod>;
  readonly deprecated: readonly string[];
} {
  const methods = new Map<string, ClientMethod>();
  const deprecated: string[] = [];
  for (const [space, members] of Object.entries(client)) {
    if (typeof members !== "object" || space === "requestHook") continue;
    for (const [name, method] of Object.entries(members)) {
      const definition = method.endpoint?.DEFAULTS;
      if (definition === undefined) deprecated.push(`${space}.${name}`);
      else {
        const operation = operationOf(definition.method, definition.url);
        methods.set(`${space}.${name}`, { operation, definition });
      }
    }
  }
  return { methods, deprecated };
}
