/** Whether servers of tests keep their objects in a store: in memory, since each has one of its own. */
export const IS_IN_OBJECT_STORE = process.env.TEST_OBJECT_STORE === "memory";

/**
 * For tests of the files of a data folder, which a server with an object store does not have, and of a second process, which
 * cannot reach a store in the memory of this one.
 */
export const ONLY_FOLDERS = { skip: IS_IN_OBJECT_STORE && "only where repositories are folders" };
