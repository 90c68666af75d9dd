// Run in a page after each Tab. Returns who has the focus, and whether it is what lies at its place.
(() => {
  const element = document.activeElement;
  if (element === null || element === document.body) return undefined;
  const box = [...element.getClientRects()].find(({ width, height }) => width > 0 && height > 0);
  const words =
    element.textContent.trim() || element.getAttribute("aria-label") || element.name || element.id;
  const name = `<${element.localName}> ${words.replace(/\s+/g, " ").slice(0, 60)}`;
  window.walked ??= new Map();
  const isNew = !window.walked.has(element);
  if (isNew) window.walked.set(element, window.walked.size);
  const order = window.walked.get(element);
  if (box === undefined) return { name, isNew, order, fault: "has the focus and is not shown" };
  const [x, y] = [box.left + Math.min(box.width / 2, 40), box.top + box.height / 2];
  const isInWindow = x >= 0 && y >= 0 && x <= innerWidth && y <= innerHeight;
  if (!isInWindow) return { name, isNew, order, fault: `has the focus outside of the window, at ${x}, ${y}` };
  const found = document.elementFromPoint(x, y);
  const isThere =
    found !== null &&
    (element.contains(found) || found.contains(element) || found.closest("label")?.control === element);
  const { outlineStyle } = getComputedStyle(element);
  if (!isThere)
    return { name, isNew, order, fault: `lies under <${found?.localName} class="${found?.className}">` };
  if (outlineStyle === "none") return { name, isNew, order, fault: "shows no focus" };
  return { name, isNew, order, fault: undefined };
})();
