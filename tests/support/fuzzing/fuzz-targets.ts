import { CREDENTIAL_TARGETS } from "./credential-targets.ts";
import { FORM_TARGETS } from "./form-targets.ts";
import type { FuzzTarget } from "./fuzz-target.ts";
import { NAME_TARGETS } from "./name-targets.ts";
import { OBJECT_TARGETS } from "./object-targets.ts";
import { QUERY_TARGETS } from "./query-targets.ts";
import { WIRE_TARGETS } from "./wire-targets.ts";

/** Every parser that sees a stranger's bytes. */
export const FUZZ_TARGETS: readonly FuzzTarget[] = [
  ...WIRE_TARGETS,
  ...CREDENTIAL_TARGETS,
  ...QUERY_TARGETS,
  ...FORM_TARGETS,
  ...NAME_TARGETS,
  ...OBJECT_TARGETS,
];
