import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../tests/support/fuzzing/seeded-properties.ts";
import { Failure } from "../../model/failure.ts";
import { PAGE_MAX, parsePage, representPage } from "./paging.ts";

const LIMITS = { pagelenDefault: 10, pagelenMax: 50 };

for (const [query, page, pagelen] of [
  ["", 1, 10],
  ["page=3", 3, 10],
  ["pagelen=1", 1, 1],
  ["pagelen=50&page=2", 2, 50],
  [`page=${PAGE_MAX}`, PAGE_MAX, 10],
  ["page=2&page=x", 2, 10],
  ["Page=x", 1, 10],
] as const) {
  test(`reads ${JSON.stringify(query)}`, () => {
    assert.deepEqual(parsePage(new URLSearchParams(query), LIMITS), { page, pagelen });
  });
}

const NOT_POSITIVE = [
  "",
  "0",
  "-1",
  "+1",
  "%2B1",
  "01",
  "1.0",
  "1e1",
  "0x1",
  "ten",
  "1%20",
  "1_0",
  "%D9%A1",
  "9".repeat(400),
];

for (const [name, max, texts] of [
  ["page", PAGE_MAX, [...NOT_POSITIVE, String(PAGE_MAX + 1)]],
  ["pagelen", LIMITS.pagelenMax, [...NOT_POSITIVE, "51", "100"]],
] as const) {
  for (const text of texts) {
    test(`refuses ${name}=${text.slice(0, 20)}`, () => {
      assert.throws(
        () => parsePage(new URLSearchParams(`${name}=${text}`), LIMITS),
        (thrown) => {
          assert.ok(thrown instanceof Failure);
          assert.equal(thrown.kind, "invalid-input");
          assert.equal(thrown.message, `Invalid ${name}`);
          assert.deepEqual(thrown.details.fields, { [name]: [`must be a whole number from 1 to ${max}`] });
          return true;
        },
      );
    });
  }
}

const BASE = "https://api.pail.example:8443/2.0/repositories/acme%2F/%7Bx%7D";

for (const [why, request, size, query, next, previous] of [
  ["the only page", { page: 1, pagelen: 10 }, 10, "", undefined, undefined],
  ["an empty collection", { page: 1, pagelen: 10 }, 0, "", undefined, undefined],
  ["the first page", { page: 1, pagelen: 10 }, 11, "", "?page=2", undefined],
  [
    "a page in the middle",
    { page: 2, pagelen: 1 },
    3,
    "?pagelen=1&page=2",
    "?pagelen=1&page=3",
    "?pagelen=1&page=1",
  ],
  ["the last page", { page: 3, pagelen: 5 }, 15, "?page=3&pagelen=5", undefined, "?page=2&pagelen=5"],
  ["a page beyond the end", { page: 9, pagelen: 5 }, 6, "?page=9", undefined, "?page=2"],
  ["a page beyond nothing", { page: 9, pagelen: 5 }, 0, "?page=9", undefined, "?page=1"],
  [
    "a query with everything",
    { page: 2, pagelen: 10 },
    30,
    "?q=name%20~%20%22a%26b%2Bc%C3%A4%22&page=2&sort=-updated_on&fields=%2Bvalues.committer,-values.links&role=",
    "?q=name+%7E+%22a%26b%2Bc%C3%A4%22&page=3&sort=-updated_on&fields=%2Bvalues.committer%2C-values.links&role=",
    "?q=name+%7E+%22a%26b%2Bc%C3%A4%22&page=1&sort=-updated_on&fields=%2Bvalues.committer%2C-values.links&role=",
  ],
  [
    "a repeated parameter",
    { page: 1, pagelen: 1 },
    2,
    "?state=OPEN&state=MERGED",
    "?state=OPEN&state=MERGED&page=2",
    undefined,
  ],
  ["a repeated page", { page: 1, pagelen: 1 }, 2, "?page=1&a=b&page=7", "?page=2&a=b", undefined],
] as const) {
  test(`links from ${why}`, () => {
    const requestUrl = new URL(BASE + query);
    const representation = representPage({ ...request, size, values: ["v"] }, requestUrl);
    assert.deepEqual(representation, {
      values: ["v"],
      ...request,
      size,
      ...(next === undefined ? {} : { next: BASE + next }),
      ...(previous === undefined ? {} : { previous: BASE + previous }),
    });
    assert.equal(requestUrl.href, BASE + query);
  });
}

test("leads through every page once, with the rest of the query as it was", () => {
  const query = fc.array(
    fc.tuple(
      fc.string({ unit: "grapheme" }).filter((name) => !name.startsWith("page")),
      fc.string(),
    ),
  );
  fc.assert(
    fc.property(query, fc.nat(60), fc.integer({ min: 1, max: 10 }), (parameters, size, pagelen) => {
      let url: URL | undefined = new URL(BASE);
      for (const [name, value] of parameters) url.searchParams.append(name, value);
      url.searchParams.append("pagelen", String(pagelen));
      const rest = [...url.searchParams];
      const pages: number[] = [];
      while (url !== undefined) {
        const request = parsePage(url.searchParams, LIMITS);
        pages.push(request.page);
        assert.equal(request.pagelen, pagelen);
        assert.deepEqual(
          [...url.searchParams].filter(([name]) => name !== "page"),
          rest,
        );
        const { next }: { next?: string } = representPage({ ...request, size, values: [] }, url);
        url = next === undefined ? undefined : new URL(next);
      }
      assert.deepEqual(
        pages,
        Array.from({ length: Math.max(1, Math.ceil(size / pagelen)) }, (_, index) => index + 1),
      );
    }),
  );
});

test("answers junk with a page within the limits or with the refusal", () => {
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.integer().map(String), fc.double().map(String));
  fc.assert(
    fc.property(text, text, (pageText, pagelenText) => {
      try {
        const { page, pagelen } = parsePage(
          new URLSearchParams({ page: pageText, pagelen: pagelenText }),
          LIMITS,
        );
        assert.ok(page >= 1 && page <= PAGE_MAX && pagelen >= 1 && pagelen <= LIMITS.pagelenMax);
      } catch (error) {
        assert.ok(error instanceof Failure && /^Invalid (page|pagelen)$/.test(error.message), String(error));
      }
    }),
  );
});
