// Every page in both languages. The gate sees each in one of them.
process.env.TEST_PAGES = "all";
await import("../browser/every-page.test.ts");
