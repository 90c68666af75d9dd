import fc from "fast-check";

/** Always the same inputs, so that a test which fails fails for a change. `FAST_CHECK_SEED` gives others. */
const seed = Number(process.env.FAST_CHECK_SEED ?? 20_261_129);
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });

export { fc };
