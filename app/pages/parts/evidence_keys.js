// The page's keys. They are heard anywhere but in a field, and act on the moments that `evidence.js` registers.

const TYPING = new Set(["INPUT", "TEXTAREA", "SELECT"]);

export default function ({ data, parentElement }) {
  const dialog = parentElement.querySelector("dialog");
  const actions = {
    n: () => goToMoment(1),
    p: () => goToMoment(-1),
    k: () => (window.witnessPlayer ? window.witnessPlayer.toggle() : goToMoment(1)),
    ",": () => window.witnessPlayer?.step(-1),
    ".": () => window.witnessPlayer?.step(1),
    "/": focusQuestion,
    "?": () => (dialog.open ? dialog.close() : dialog.showModal()),
  };
  parentElement.querySelector(".open").onclick = () => dialog.showModal();
  parentElement.querySelector(".close").onclick = () => dialog.close();

  showTurn(data?.turn);

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const target = event.composedPath()[0];
    if (TYPING.has(target.tagName) || target.isContentEditable) return;
    const action = actions[event.key];
    if (!action || (dialog.open && event.key !== "?")) return;
    event.preventDefault();
    action();
  }

  // Streamlit calls this again whenever the data change: two listeners would do everything twice.
  document.removeEventListener("keydown", window.witnessKeys);
  window.witnessKeys = onKey;
  document.addEventListener("keydown", onKey);
  return () => document.removeEventListener("keydown", onKey);
}

function goToMoment(direction) {
  const top = (moment) => moment.root.getBoundingClientRect().top;
  const moments = (window.witnessMoments ?? []).filter((moment) => moment.root.isConnected);
  moments.sort((one, other) => top(one) - top(other));
  if (!moments.length) return;
  const shown = moments.findIndex((moment) => moment.player === window.witnessPlayer);
  const next = shown < 0 ? (direction > 0 ? 0 : moments.length - 1) : shown + direction;
  moments[next]?.open();
}

// Brings the last question to the top of the page, once while it is answered and once when it is: its steps, the
// button that stops it, and its answer stand beneath it.
function showTurn(turn) {
  if (!turn || window.witnessTurn === turn) return;
  window.witnessTurn = turn;
  bringIntoView(() => {
    const question = [...document.querySelectorAll('[data-testid="stChatMessage"]')].at(-2);
    if (question) question.style.scrollMarginTop = "4.5rem"; // the page's header
    return question;
  }, "start");
}

function focusQuestion() {
  const fields = '[data-testid="stChatInputTextArea"], [data-testid="stMain"] input[type="text"]';
  document.querySelector(fields)?.focus();
}
