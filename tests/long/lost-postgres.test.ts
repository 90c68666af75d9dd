import { after, test } from "node:test";
import { loseDatabase } from "../support/database/lost-postgres.ts";
import { startPostgres } from "../support/database/postgres.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { openWebhookReceiver } from "../support/remote-servers/webhook-receiver.ts";
import { startPailForFile } from "../support/server/pail-server.ts";

const postgres = await startPostgres();
const pail = await startPailForFile({ databaseUrl: postgres.url, webhookPrivateTargets: true });
// Behind the server, whose end looks into it.
after(() => postgres.stop());
const receiver = await openWebhookReceiver();
const git = openRealGit();

test(
  "a PostgreSQL that is gone for 30 seconds: refused in words, recovered without a restart, webhooks told",
  {
    timeout: 180_000,
  },
  () => loseDatabase(git, { pail, postgres, receiver, lostMs: 30_000 }),
);
