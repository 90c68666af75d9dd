import type { Account } from "../../model/account.ts";
import type { Secret } from "../../model/secret.ts";
import type { DemoUrls } from "./demo-guide.ts";

/** Data that a demo begins with, and what is told of it once it is known where the server listens. */
export type PreparedDemo = {
  /** Who gets a link to choose a password. */
  readonly account: Account | undefined;
  describe(
    url: string,
    signInUrl: Secret | undefined,
    paths: DemoUrls,
  ): {
    /** For the credentials file. */
    readonly credentials: object;
    /** For the file of commands to paste. */
    readonly commands: string | undefined;
    /** For the screen. */
    readonly text: string;
  };
};
