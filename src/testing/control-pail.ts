import { askControl } from "../cli/control/control-client.ts";
import type { Pail, PailClock, PailFaults, PailRequests, PailSnapshots, PailWebhooks } from "./pail.ts";
import type { StartedPail } from "./started-pail.ts";

type Ask = Pail["control"];

/** What tests ask of a started server, by its control. */
export function controlPail({ credentials, environment, close }: StartedPail): Pail {
  const address = environment.PAIL_CONTROL ?? "";
  const ask: Ask = (method, path, body) =>
    askControl({ control: address }, { method, path, ...(body === undefined ? {} : { body }) });
  const { url, api_url: apiUrl, email = "", username = "", token = "", tokens = {} } = credentials;
  return {
    url,
    apiUrl,
    email,
    username,
    token,
    tokens,
    credentials,
    environment,
    async reset() {
      await ask("POST", "/reset");
    },
    clock: clockOf(ask),
    faults: faultsOf(ask),
    requests: requestsOf(ask),
    webhooks: webhooksOf(ask),
    snapshots: snapshotsOf(ask),
    control: ask,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** A number is milliseconds. */
const durationText = (duration: string | number) =>
  typeof duration === "number" ? `${duration}ms` : duration;

function clockOf(ask: Ask): PailClock {
  const read = async (answer: Promise<unknown>) => new Date(((await answer) as { readonly now: string }).now);
  return {
    now: () => read(ask("GET", "/clock")),
    set: (at) => read(ask("PUT", "/clock", { at: typeof at === "string" ? at : at.toISOString() })),
    advance: (by) => read(ask("POST", "/clock/advance", { by: durationText(by) })),
    freeze: () => read(ask("POST", "/clock/freeze")),
    resume: () => read(ask("POST", "/clock/resume")),
  };
}

function faultsOf(ask: Ask): PailFaults {
  return {
    add: async (fault) => ((await ask("POST", "/faults", fault)) as { readonly id: number }).id,
    list: () => ask("GET", "/faults") as ReturnType<PailFaults["list"]>,
    async remove(id) {
      await ask("DELETE", `/faults/${id}`);
    },
    async clear() {
      await ask("DELETE", "/faults");
    },
  };
}

function requestsOf(ask: Ask): PailRequests {
  return {
    async list(last) {
      const answer = await ask("GET", `/requests${last === undefined ? "" : `?last=${last}`}`);
      return (answer as { readonly values: Awaited<ReturnType<PailRequests["list"]>> }).values;
    },
    har: () => ask("GET", "/requests/har") as ReturnType<PailRequests["har"]>,
    unknownOperations: () =>
      ask("GET", "/unknown-operations") as ReturnType<PailRequests["unknownOperations"]>,
    leastScopes: () => ask("GET", "/least-scopes") as ReturnType<PailRequests["leastScopes"]>,
    async clear() {
      await ask("DELETE", "/requests");
    },
  };
}

function webhooksOf(ask: Ask): PailWebhooks {
  return {
    async list() {
      const answer = await ask("GET", "/webhooks");
      return (answer as { readonly values: Awaited<ReturnType<PailWebhooks["list"]>> }).values;
    },
    get: (id) => ask("GET", `/webhooks/${id}`) as ReturnType<PailWebhooks["get"]>,
    waitFor(event, { after, timeout } = {}) {
      const wanted = {
        ...(event === undefined ? {} : { event }),
        ...(after === undefined ? {} : { after }),
        ...(timeout === undefined ? {} : { timeout: durationText(timeout) }),
      };
      return ask("POST", "/webhooks/wait", wanted) as ReturnType<PailWebhooks["waitFor"]>;
    },
    replay: (id, url) => ask("POST", `/webhooks/${id}/replay`, { url }),
    async clear() {
      await ask("DELETE", "/webhooks");
    },
  };
}

function snapshotsOf(ask: Ask): PailSnapshots {
  const path = (name: string) => `/snapshots/${encodeURIComponent(name)}`;
  return {
    async save(name) {
      await ask("PUT", path(name));
    },
    async restore(name) {
      await ask("POST", `${path(name)}/restore`);
    },
    async remove(name) {
      await ask("DELETE", path(name));
    },
    list: () => ask("GET", "/snapshots") as ReturnType<PailSnapshots["list"]>,
  };
}
