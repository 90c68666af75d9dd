// Run in a page. Returns what a reader of it would see cut off or would have to push aside for.
(() => {
  const faults = [];
  const name = (element) => {
    const text = element.textContent.trim().replace(/\s+/g, " ").slice(0, 60);
    return `<${element.localName} class="${element.getAttribute("class") ?? ""}"> ${text}`;
  };
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) {
    const widest = [...document.body.querySelectorAll("*")]
      .map((element) => ({ element, right: element.getBoundingClientRect().right }))
      .filter(({ element, right }) => right > root.clientWidth + 1 && !element.closest(".vh,.skip"))
      .sort((one, other) => other.right - one.right)[0];
    faults.push(
      `wider than the window by ${root.scrollWidth - root.clientWidth} px: ${widest ? name(widest.element) : "?"}`,
    );
  }
  // Names of commits in blame and one's own name in the head are the only things that may be cut: they stand in full elsewhere.
  const MAY_BE_CUT =
    ".vh, .vh *, .skip, .blame .by, .blame .by *, .me a, .stack thead, .stack thead *, svg, svg *, select, textarea, input";
  for (const element of document.body.querySelectorAll("*")) {
    // What is folded has a size too.
    if (!element.checkVisibility()) continue;
    if (element.clientWidth === 0 || element.matches(MAY_BE_CUT)) continue;
    const { overflowX, display } = getComputedStyle(element);
    if (display === "inline") continue;
    if (element.scrollWidth <= element.clientWidth + 1) continue;
    // What floats or is meant to reach over its line does not count; what is hidden or scrolls does.
    const isCut = overflowX !== "visible";
    const isCell = element.matches("td,th,dd,dt,button,.btn,.tag,.scope,label,pre,li,p,h1,h2,h3");
    if (isCut || isCell) faults.push(`cut or scrolling sideways: ${name(element)}`);
  }
  return faults;
})();
