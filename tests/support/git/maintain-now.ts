import { setTimeout as delay } from "node:timers/promises";
import type { Uuid } from "../../../src/model/uuid.ts";
import {
  type MaintainPorts,
  maintainRepository,
} from "../../../src/operations/maintenance/maintain-repository.ts";
import type { Ports } from "../../../src/ports.ts";
import { maintenanceLease } from "../../../src/storage/sql/leases.ts";
import { withLease } from "../../../src/storage/sql/with-lease.ts";

const BUSY_MS = 10;

/** Maintains a repository, needed or not, as soon as nobody else does. */
export async function maintainNow(
  ports: MaintainPorts & Pick<Ports, "metrics">,
  repository: Uuid,
): Promise<void> {
  const { signal } = new AbortController();
  const work = () =>
    withLease(ports, maintenanceLease(repository), signal, (lease) =>
      maintainRepository(ports, repository, lease),
    );
  while ((await work()) === "busy") await delay(BUSY_MS);
}
