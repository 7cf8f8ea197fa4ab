// Brings a part of the page into view. Streamlit scrolls a chat back to its end whenever it grows, with an
// animation, and lets go of it only after one jump that comes while nothing moves: so each jump waits for rest,
// and is repeated if it was undone. There is no animation here, which also suits who asked for less motion.

const REST_MILLISECONDS = 250;
const PATIENCE_MILLISECONDS = 6000;
const OF_A_PERSON = ["wheel", "pointerdown", "touchstart", "keydown"];

// `find` returns the part, which may not be there yet; a person who scrolls or types meanwhile ends it.
function bringIntoView(find, block) {
  const until = performance.now() + PATIENCE_MILLISECONDS;
  const listening = new AbortController();
  for (const kind of OF_A_PERSON) {
    const giveWay = (event) => event.isTrusted && listening.abort();
    addEventListener(kind, giveWay, { capture: true, passive: true, signal: listening.signal });
  }
  let seen = "";
  let rested = 0;

  function hold() {
    const now = performance.now();
    if (listening.signal.aborted || now > until) return listening.abort();
    const part = find();
    const place = part ? placeOf(part) : "";
    if (!part || place !== seen) rested = now;
    seen = place;
    if (now - rested > REST_MILLISECONDS) {
      part.scrollIntoView({ block, behavior: "instant" });
      if (placeOf(part) === place) return listening.abort(); // it is in view, and stayed there
    }
    requestAnimationFrame(hold);
  }

  hold();
}

function placeOf(part) {
  const page = document.querySelector('[data-testid="stAppScrollToBottomContainer"]');
  return `${Math.round(part.getBoundingClientRect().top)} ${page?.scrollHeight}`;
}
