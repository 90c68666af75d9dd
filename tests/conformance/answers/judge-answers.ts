import { argv } from "node:process";
import { readAnswers } from "../../support/answers/answers-folder.ts";
import { judgeRun } from "./judge-run.ts";
import { referenceIsMissing } from "./published-reference.ts";

// npm run test:reference -- FOLDER: judges the answers that a whole run has written into FOLDER (TEST_ANSWERS_FOLDER).
const [, , folder] = argv;
if (folder === undefined || referenceIsMissing) {
  console.error(referenceIsMissing || "usage: npm run test:reference -- FOLDER");
  process.exitCode = 2;
} else {
  const { summary, complaints } = await judgeRun(readAnswers(folder), { isWhole: true });
  console.log(summary);
  if (complaints.length > 0) {
    console.error(complaints.join("\n"));
    process.exitCode = 1;
  }
}
