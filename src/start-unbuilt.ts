import { resolveImportsQuickly } from "./cli/start/quick-imports.ts";

// How `bin/pail` starts in a checkout. A package starts with `main.ts` itself: its files are bundled, so few are to be found.
resolveImportsQuickly();
await import("./main.ts");
