// A strip that is wider than its card scrolls. It fades out at the side where there is more, and while there is
// more at any side it is a stop of the Tab key with a name, so that the arrow keys scroll it.

function makeScroller(strip, name) {
  const scroller = element("div", { className: "scroller" });
  const ring = element("div", { className: "ring" });
  scroller.append(strip);
  ring.append(scroller);

  function tell() {
    const hidden = scroller.scrollWidth - scroller.clientWidth;
    scroller.classList.toggle("more-before", scroller.scrollLeft > 1);
    scroller.classList.toggle("more-after", scroller.scrollLeft < hidden - 1);
    const region = { role: "region", tabindex: "0", "aria-label": name };
    for (const [attribute, value] of Object.entries(region)) {
      if (hidden > 1) scroller.setAttribute(attribute, value);
      else scroller.removeAttribute(attribute);
    }
  }

  // Browsers leave alone what is partly in view when the Tab key comes to it, though it lies in the fade.
  function showWhole({ target }) {
    if (target === scroller || !target.matches(":focus-visible")) return;
    target.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  scroller.addEventListener("scroll", tell, { passive: true });
  scroller.addEventListener("focusin", showWhole);
  const sizes = new ResizeObserver(tell);
  for (const part of [scroller, strip]) sizes.observe(part);
  return ring;
}
