import type { ObjectStore } from "../object-store/object-store.ts";

/** A store of which nothing is asked before `check`, which throws if it is not the right one. */
export function openLateStore(store: ObjectStore, check: () => Promise<void>): ObjectStore {
  async function* listChecked<T>(list: () => AsyncIterable<T>): AsyncIterable<T> {
    await check();
    yield* list();
  }
  return {
    url: store.url,
    async prepareUpload(...request) {
      await check();
      return store.prepareUpload(...request);
    },
    async read(...request) {
      await check();
      return store.read(...request);
    },
    async readBytes(...request) {
      await check();
      return store.readBytes(...request);
    },
    async findBytes(key) {
      await check();
      return store.findBytes(key);
    },
    async write(key, content) {
      await check();
      await store.write(key, content);
    },
    async delete(key) {
      await check();
      await store.delete(key);
    },
    async abortUpload(key, uploadId) {
      await check();
      await store.abortUpload(key, uploadId);
    },
    list: (prefix) => listChecked(() => store.list(prefix)),
    listUploads: (prefix) => listChecked(() => store.listUploads(prefix)),
    close: store.close,
  };
}
