import { jsonAnswer, noContentAnswer } from "../http/server/answer.ts";
import type { Snapshot } from "../stand-in/snapshots.ts";
import type { ControlRoute } from "./control-route.ts";

export const SNAPSHOT_ROUTES: readonly ControlRoute[] = [
  {
    method: "GET",
    path: "/snapshots",
    summary: "list the snapshots",
    handle: async ({ snapshots }) => jsonAnswer(200, snapshots.list().map(representSnapshot)),
  },
  {
    method: "PUT",
    path: "/snapshots/{name}",
    summary: "save all data, and the clock, under a name",
    handle: async ({ snapshots }, { params }) =>
      jsonAnswer(200, representSnapshot(await snapshots.save(params.name!))),
  },
  {
    method: "POST",
    path: "/snapshots/{name}/restore",
    summary: "go back to a snapshot",
    async handle({ snapshots }, { params }) {
      await snapshots.restore(params.name!);
      return noContentAnswer();
    },
  },
  {
    method: "DELETE",
    path: "/snapshots/{name}",
    summary: "remove a snapshot",
    async handle({ snapshots }, { params }) {
      await snapshots.remove(params.name!);
      return noContentAnswer();
    },
  },
];

function representSnapshot({ name, savedAt }: Snapshot) {
  return { name, saved_on: savedAt.toISOString() };
}
