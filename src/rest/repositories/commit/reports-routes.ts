import type { Route } from "../../../http/routes/route.ts";
import { bulkPutAnnotationsRoute } from "./bulk-put-annotations.ts";
import { deleteAnnotationRoute } from "./delete-annotation.ts";
import { deleteReportRoute } from "./delete-report.ts";
import { getAnnotationRoute } from "./get-annotation.ts";
import { getReportRoute } from "./get-report.ts";
import { listAnnotationsRoute } from "./list-annotations.ts";
import { listReportsRoute } from "./list-reports.ts";
import { putAnnotationRoute } from "./put-annotation.ts";
import { putReportRoute } from "./put-report.ts";

export const REPORTS_ROUTES: readonly Route[] = [
  listReportsRoute,
  getReportRoute,
  putReportRoute,
  deleteReportRoute,
  listAnnotationsRoute,
  bulkPutAnnotationsRoute,
  getAnnotationRoute,
  putAnnotationRoute,
  deleteAnnotationRoute,
];
