import assert from "node:assert/strict";
import { test } from "node:test";
import { csvLine } from "./csv.ts";

for (const [cells, line] of [
  [["a", 1, undefined], "a,1,\r\n"],
  [['say "no"', "x,y", "one\ntwo"], '"say ""no""","x,y","one\ntwo"\r\n'],
  [["=1+1", "+1", "-1", "@x", "\tx", "a=b"], `'=1+1,'+1,'-1,'@x,"'\tx",a=b\r\n`],
  [["＝1+1", "＋1", "－1", "＠x", "\n=1"], "'＝1+1,'＋1,'－1,'＠x,\"'\n=1\"\r\n"],
  [["a;=1+1", "a\t=1+1"], '"a;=1+1","a\t=1+1"\r\n'],
  [['=HYPERLINK("http://x","y")'], '"\'=HYPERLINK(""http://x"",""y"")"\r\n'],
] as const) {
  test(`a line of ${JSON.stringify(cells)}`, () => assert.equal(csvLine(cells), line));
}
