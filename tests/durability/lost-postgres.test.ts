import { after, test } from "node:test";
import { loseDatabase } from "../support/lost-postgres.ts";
import { startPailForFile } from "../support/pail-server.ts";
import { startPostgres } from "../support/postgres.ts";
import { openRealGit } from "../support/real-git.ts";
import { openWebhookReceiver } from "../support/webhook-receiver.ts";

const postgres = await startPostgres();
const pail = await startPailForFile({ databaseUrl: postgres.url, webhookPrivateTargets: true });
// Behind the server, whose end looks into it.
after(() => postgres.stop());
const receiver = await openWebhookReceiver();
const git = openRealGit();

test(
  "a PostgreSQL that is gone for seconds: refused in words, recovered without a restart, webhooks told",
  {
    timeout: 600_000,
  },
  () => loseDatabase(git, { pail, postgres, receiver, lostMs: 3_000 }),
);
