import assert from "node:assert/strict";
import { test } from "node:test";
import { hasUriCharacters } from "./http-url.ts";

for (const text of [
  "https://hooks.example/a?b=c&d[]=%C3%A9#e",
  "http://[2001:db8::1]:8080/",
  "https://u:p@hooks.example/it's(fine)*;=",
]) {
  test(`${text} has the characters of a URI alone`, () => assert.ok(hasUriCharacters(text)));
}

for (const character of [
  '"',
  "<",
  ">",
  "\\",
  "^",
  "`",
  "{",
  "|",
  "}",
  " ",
  "\u007f",
  "é",
  "%",
  "%f",
  "%zz",
]) {
  test(`${JSON.stringify(character)} is in no URI`, () =>
    assert.equal(hasUriCharacters(`https://hooks.example/${character}`), false));
}
