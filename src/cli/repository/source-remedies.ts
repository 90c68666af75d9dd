import type { SourceRemedies } from "../../imports/import-source.ts";
import { CREDENTIALS_VARIABLE } from "./source-credentials.ts";

/** What the command line can do about a source's problem. */
export const SOURCE_REMEDIES: SourceRemedies = {
  "credentials-missing": `give them by --credentials-stdin or ${CREDENTIALS_VARIABLE}`,
  "private-address": "--private-source lets it be reached",
  "unknown-authority": "for a private certificate authority, set NODE_EXTRA_CA_CERTS=FILE",
  stalled: "--source-timeout waits longer",
};
