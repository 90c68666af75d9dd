import type { Bench } from "../bench-context.ts";
import type { Series } from "../measure/interleave.ts";
import type { RowPlan } from "../report/row.ts";

/** A family of benchmarks that share what they set up. */
export type Work = {
  readonly name: string;
  readonly rows: readonly RowPlan[];
  /** Verifies the answers that are timed, then measures the series that the rows name. */
  measure(bench: Bench): Promise<Series>;
};

/** Names of series, which are also the names of peers in the report. */
export const PAIL = "Pail";
export const HTTP_BACKEND = "git http-backend (nginx, fcgiwrap)";
export const HTTP_BACKEND_BASIC = "git http-backend with Basic auth";
export const RAW_NODE = "node:http, a constant";
export const NGINX_FILE = "nginx, a file";
/** Node has no sendfile(2). */
export const NGINX_FILE_COPIED = "nginx without sendfile, a file";
