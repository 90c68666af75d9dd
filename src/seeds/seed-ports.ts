import type { Uuid } from "../model/uuid.ts";
import type { Ports } from "../ports.ts";
import type { BlobIntent } from "../storage/blobs/blob-store.ts";
import type { RepositoryFolderIntent } from "../storage/packs/pack-store.ts";
import type { TransactionDatabase } from "../storage/sql/in-one-transaction.ts";

/** Ports for what is done in one transaction, of which nobody may see anything before it is committed. */
export type SeedPorts = {
  readonly ports: Ports;
  /** To be called once it is. */
  confirm(): Promise<void>;
  /** Removes the files of what is not stored after all. */
  discard(): Promise<void>;
};

export function openSeedPorts(outer: Ports, database: TransactionDatabase): SeedPorts {
  const folders: RepositoryFolderIntent[] = [];
  const blobs: BlobIntent[] = [];
  const changed = new Set<Uuid>();
  const later = async (opened: Promise<RepositoryFolderIntent>): Promise<RepositoryFolderIntent> => {
    const intent = await opened;
    folders.push(intent);
    return { ...intent, confirm: async () => {} };
  };
  const within = outer.stored?.within(database);
  const { packs, downloads } = within ?? outer;
  return {
    ports: {
      ...outer,
      database: { ...database, requestLookups: outer.database.requestLookups },
      transactions: database,
      packs: {
        ...packs,
        createRepository: (repository) => later(packs.createRepository(repository)),
        copyRepository: (from, to) => later(packs.copyRepository(from, to)),
      },
      downloads: {
        ...downloads,
        async openIntent(ids) {
          blobs.push(await downloads.openIntent(ids));
          return { confirm: async () => {} };
        },
      },
      // Both would use the database beside the transaction.
      maintenance: { ...outer.maintenance, wake: (repository) => void changed.add(repository) },
      backgroundWork: { ...outer.backgroundWork, start() {} },
      // Webhooks come last in a seed, so that there is nothing to deliver.
      outbox: { ...outer.outbox, wake() {} },
    },
    async confirm() {
      await within?.close();
      for (const intent of [...folders, ...blobs]) await intent.confirm();
      for (const repository of changed) outer.maintenance.wake(repository);
    },
    async discard() {
      await within?.close();
      for (const intent of folders) await intent.discard();
    },
  };
}
