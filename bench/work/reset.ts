import { join } from "node:path";
import pino from "pino";
import { startApp } from "../../src/app.ts";
import { operatorBy } from "../../src/authorization/operator-by.ts";
import { openControlled } from "../../src/cli/control/open-controlled.ts";
import { openDemoData } from "../../src/cli/demo/demo-data.ts";
import { readConfig } from "../../src/config/read-config.ts";
import { createApiToken } from "../../src/operations/tokens/api-tokens.ts";
import { interleave } from "../measure/interleave.ts";
import type { Work } from "./work.ts";

const RESET = "Pail, reset";
const REPOSITORY = "/2.0/repositories/acme/demo";

/** A stand-in goes back to its seed after a test has committed and read. */
export const reset: Work = {
  name: "reset",
  rows: [{ work: "reset of a stand-in to its seed, after a commit", unit: "ms", pail: RESET, bound: 50 }],
  async measure({ folder, sizes }) {
    const read = readConfig({ data: join(folder, "reset"), port: "0" }, {});
    if (read.kind !== "config") throw new Error(read.problems.join());
    const { standIn, close } = await openControlled(read.config, pino({ level: "silent" }));
    const { ports } = standIn;
    const by = operatorBy(ports);
    const { account, email } = await openDemoData(ports, by);
    const { text } = await createApiToken(ports, by, {
      accountUuid: account.uuid,
      name: "bench",
      scopes: ["read:repository:bitbucket", "write:repository:bitbucket"],
      ageDays: 1,
    });
    const app = await startApp(ports, { sharesPort: false });
    await standIn.start();
    const authorization = `Basic ${Buffer.from(`${email}:${text.reveal()}`).toString("base64")}`;
    const ask = (path: string, init: RequestInit = {}) =>
      fetch(`${app.url}${REPOSITORY}${path}`, { ...init, headers: { authorization } });
    const readTip = async () => (await (await ask("/commits")).json()).values[0].hash as string;
    const seeded = await readTip();
    try {
      return await interleave(sizes.rounds, {
        [RESET]: async () => {
          const form = new FormData();
          form.set("file", "changed");
          const { status } = await ask("/src", { method: "POST", body: form });
          if (status !== 201 || (await readTip()) === seeded) throw new Error(`no commit: ${status}`);
          const started = performance.now();
          await standIn.reset();
          const ms = performance.now() - started;
          if ((await readTip()) !== seeded) throw new Error("the commit is still there");
          return ms;
        },
      });
    } finally {
      await app.close();
      await standIn.close();
      await close();
    }
  },
};
