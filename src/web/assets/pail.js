/*
 * Pail's one script. It makes quicker what links and forms do without it, and makes nothing possible. It has no text of its own,
 * styles nothing, writes no markup and asks no other host. What it does is asked for by attributes:
 *
 * button[hidden][data-copy]            shown; copies what its selector names, or the `pre` beside it; for 2 s its word is that of
 *                                      body[data-copied], which [data-says] says to a screen reader
 * input[data-filter=".pick"]           hides what does not hold the words typed, in its form; `data-words` are searched instead
 * .code td.n                           a click marks the line, with shift the lines up to it, in the address: #L12-L20
 * details.pop                          is closed by Escape and by a click outside of it
 * details[data-load="/path#id"]        is filled from that element of that page, when opened for the first time
 * time[data-ago]                       its age is brought up to date
 * .errors                              gets the focus
 * select[data-submit]                  sends its form; the element that `data-submit` names is hidden
 * [data-key="t"]                       is clicked by this key; a field gets the focus. body[data-keys=off]: no keys
 */
const all = (selector, from = document) => [...from.querySelectorAll(selector)];

/* Copying. */

/** Where a browser has no clipboard for the page (no TLS), the old command copies what is selected. */
async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "vh";
  document.body.append(area);
  area.select();
  const isCopied = document.execCommand("copy");
  area.remove();
  if (!isCopied) throw new Error();
}

function prepareCopying(button) {
  const { copy: selector } = button.dataset;
  const { copied } = document.body.dataset;
  const says = document.querySelector("[data-says]");
  const source = selector ? document.querySelector(selector) : button.parentElement?.querySelector("pre");
  if (!source) return;
  button.hidden = false;
  const word = button.textContent;
  let timer;
  button.addEventListener("click", async () => {
    try {
      await copy(source.value ?? source.textContent);
    } catch {
      // Selected, it can be copied by hand.
      if (source.select) source.select();
      else getSelection().selectAllChildren(source);
      return;
    }
    button.textContent = copied;
    says.textContent = copied;
    clearTimeout(timer);
    timer = setTimeout(() => {
      button.textContent = word;
      says.textContent = "";
    }, 2000);
  });
}

/* Filtering while typing. */

function prepareFilter(input) {
  const items = all(input.dataset.filter, input.form ?? document);
  const groups = new Map();
  for (const item of items) {
    const group = item.closest("fieldset, details");
    if (group) groups.set(group, [...(groups.get(group) ?? []), item]);
  }
  const wasOpen = new Map([...groups.keys()].map((group) => [group, group.open]));
  const plain = (text) => text.normalize("NFKC").toLowerCase();
  const texts = items.map((item) => plain(item.dataset.words ?? item.textContent));
  const filter = () => {
    const words = plain(input.value).split(/\s+/u).filter(Boolean);
    // What is ticked stays in sight: it is counted, and sent.
    for (const [index, item] of items.entries())
      item.hidden = !words.every((word) => texts[index].includes(word)) && !item.querySelector(":checked");
    for (const [group, members] of groups) {
      group.hidden = members.every((item) => item.hidden);
      if (group.localName !== "details") continue;
      group.open =
        words.length > 0 || wasOpen.get(group) || members.some((item) => item.querySelector(":checked"));
    }
  };
  input.addEventListener("input", filter);
  // Enter would send the whole form, and what is to be seen is seen already.
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) event.preventDefault();
  });
  if (input.value) filter();
}

/* Lines in the address. */

function markedLines() {
  const found = /^#L(\d{1,7})(?:-L(\d{1,7}))?$/.exec(location.hash);
  if (!found) return undefined;
  const [first, last] = [Number(found[1]), Number(found[2] ?? found[1])];
  return { first: Math.min(first, last), last: Math.max(first, last) };
}

function markLines(scrolls) {
  const lines = markedLines();
  if (!lines) return;
  for (const row of all(".code tr.hit")) row.classList.remove("hit");
  const row = (number) => document.getElementById(`L${number}`);
  for (let number = lines.first; number <= lines.last; number += 1) {
    const found = row(number);
    // The rows of a page are without gaps, so what follows the last of them need not be looked for.
    if (!found && number > lines.first && !row(number + 1)) break;
    found?.classList.add("hit");
  }
  if (scrolls) row(lines.first)?.scrollIntoView({ block: "center" });
}

function clickLine(event) {
  const number = event.target.closest?.(".code td.n")?.parentElement.id;
  if (!/^L\d+$/.test(number ?? "")) return;
  const before = event.shiftKey ? markedLines()?.first : undefined;
  const line = Number(number.slice(1));
  const [first, last] = [Math.min(before ?? line, line), Math.max(before ?? line, line)];
  history.replaceState(history.state, "", first === last ? `#L${first}` : `#L${first}-L${last}`);
  markLines(false);
}

/* Folded parts. */

function closeSheets(isLeft) {
  for (const sheet of all("details.pop[open]")) {
    if (!isLeft(sheet)) continue;
    if (sheet.contains(document.activeElement)) sheet.querySelector("summary").focus();
    sheet.open = false;
  }
}

/** A document that is asked for is parsed by the browser and runs nothing, which a string written into the page would. */
function loadPart(details) {
  const url = new URL(details.dataset.load, location.href);
  if (!details.open || url.origin !== location.origin) return;
  const request = new XMLHttpRequest();
  request.responseType = "document";
  request.addEventListener("load", () => {
    const part = request.response?.getElementById(url.hash.slice(1));
    if (request.status !== 200 || !part) return;
    const place = details.querySelector("[data-place]");
    place.replaceChildren(...[...part.childNodes].map((node) => document.importNode(node, true)));
    prepare(place);
  });
  request.open("GET", url.pathname + url.search);
  request.send();
  delete details.dataset.load;
}

/* Times. */

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

function updateAges() {
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
  for (const time of all("time[data-ago]")) {
    const seconds = (Date.now() - Date.parse(time.dateTime)) / 1000;
    const unit = UNITS.find(([, length]) => seconds >= length);
    // Above that the server counts in weeks, months and years.
    if (unit && seconds < 14 * 86_400)
      time.textContent = words.format(-Math.floor(seconds / unit[1]), unit[0]);
  }
}

/* Fields that send their form. */

function prepareSubmit(select) {
  const button = select.form?.querySelector(select.dataset.submit || "button");
  if (!button) return;
  button.hidden = true;
  // By arrow keys a select changes with each step, and would leave the page at the first.
  let isByKey = false;
  select.addEventListener("pointerdown", () => {
    isByKey = false;
  });
  select.addEventListener("keydown", (event) => {
    isByKey = true;
    if (event.key === "Enter") select.form.requestSubmit(button);
  });
  select.addEventListener("change", () => {
    if (!isByKey) select.form.requestSubmit(button);
  });
}

/* Keys. */

const FIELDS = "input:not([type=checkbox],[type=radio]),select,textarea,[contenteditable]";

function stepFile(step) {
  const heads = all("details.box > summary");
  const now = heads.findIndex((head) => head.parentElement.contains(document.activeElement));
  const head = heads[now === -1 && step < 0 ? heads.length - 1 : now + step];
  head?.scrollIntoView({ block: "start" });
  head?.focus({ preventScroll: true });
  return head;
}

/** What lies nearest below the top of the window, for there may be one of it in each hunk. */
function nearest(elements) {
  const shown = elements.filter((element) => element.checkVisibility?.() ?? true);
  return shown.find((element) => element.getBoundingClientRect().top >= 0) ?? shown[0];
}

function pressKey(event) {
  if (event.key === "Escape") return closeSheets(() => true);
  if (
    document.body.dataset.keys === "off" ||
    event.ctrlKey ||
    event.metaKey ||
    event.altKey ||
    event.isComposing
  )
    return;
  if (event.target.closest?.(FIELDS) || event.key.length !== 1) return;
  if (event.key === "j" || event.key === "k") {
    if (stepFile(event.key === "j" ? 1 : -1)) event.preventDefault();
    return;
  }
  const element = nearest(all("[data-key]").filter(({ dataset }) => dataset.key === event.key));
  if (!element) return;
  event.preventDefault();
  if (element.matches(FIELDS)) element.focus();
  else element.click();
}

/* All of it. */

function prepare(part) {
  for (const button of all("button[data-copy]", part)) prepareCopying(button);
  for (const input of all("input[data-filter]", part)) prepareFilter(input);
  for (const select of all("select[data-submit]", part)) prepareSubmit(select);
  for (const details of all("details[data-load]", part)) {
    details.addEventListener("toggle", () => details.dataset.load && loadPart(details));
  }
}

prepare(document);
document.querySelector(".errors")?.focus();
markLines(true);
addEventListener("hashchange", () => markLines(true));
document.addEventListener("click", clickLine);
document.addEventListener("click", ({ target }) => closeSheets((sheet) => !sheet.contains(target)));
// Who goes on by Tab would go below the sheet.
document.addEventListener("focusout", ({ target, relatedTarget: next }) => {
  if (next && !next.matches(".vh")) closeSheets((sheet) => sheet.contains(target) && !sheet.contains(next));
});
document.addEventListener("keydown", pressKey);
setInterval(updateAges, 60_000);
