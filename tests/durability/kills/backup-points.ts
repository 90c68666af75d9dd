import { FAULT_POINTS } from "../../../src/fault-points.ts";

/** `tests/durability/killed-backup.test.ts` kills at each of them. */
export const BACKUP_POINTS = FAULT_POINTS.filter((point) => point.startsWith("backup."));
export const RESTORE_POINTS = FAULT_POINTS.filter((point) => point.startsWith("restore."));
