// Sends files to the server one after the other, each as it lies on the disk, and shows how far they are.
// Names and replies are written as text, never as markup.

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".upload");
  if (root.dataset.ready) return; // a rerun of the page leaves what is under way alone
  root.dataset.ready = "yes";

  const input = element("input", { type: "file", multiple: true, id: "witness-files", accept: "video/*,.mkv,.avi,.ts,.mts,.dav,.h264,.h265" });
  const label = element("label", { htmlFor: input.id, textContent: "Choose videos, or drop them here" });
  const list = element("ul", {});
  list.setAttribute("aria-live", "polite");
  root.append(element("div", { className: "drop" }), list);
  const drop = root.firstChild;
  drop.append(input, label);

  const waiting = [];
  let busy = false;
  const take = (files) => {
    for (const file of files) waiting.push(makeEntry(file, list, data.limit));
    if (!busy) next();
  };
  const next = async () => {
    const entry = waiting.shift();
    busy = Boolean(entry);
    if (!entry) return;
    if (await send(entry, data.address)) setTriggerValue("arrived", entry.file.name);
    next();
  };

  input.onchange = () => {
    take([...input.files]);
    input.value = "";
  };
  drop.ondragover = (event) => {
    event.preventDefault();
    drop.classList.add("over");
  };
  drop.ondragleave = () => drop.classList.remove("over");
  drop.ondrop = (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    take([...event.dataTransfer.files]);
  };
}

function makeEntry(file, list, limit) {
  const state = element("span", { textContent: "waits" });
  const bar = element("progress", { max: 1, value: 0 });
  bar.setAttribute("aria-label", `Upload of ${file.name}`);
  const stop = element("button", { type: "button", textContent: "Cancel" });
  stop.setAttribute("aria-label", `Cancel the upload of ${file.name}`);
  const item = element("li", {});
  const name = element("span", { className: "name", textContent: file.name });
  item.append(name, bar, state, stop);
  list.append(item);
  const entry = { file, name, state, bar, stop, limit, cancelled: false };
  stop.onclick = () => end(entry, "cancelled", false);
  return entry;
}

function send(entry, address) {
  if (entry.cancelled) return false;
  const { file, limit } = entry;
  if (file.size > limit) return end(entry, `larger than ${limit / 1e9} GB; add it by its path`, false);
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.upload.onprogress = ({ loaded }) => {
      entry.bar.value = file.size ? loaded / file.size : 1;
      entry.state.textContent = loaded < file.size ? `${Math.floor((100 * loaded) / file.size)} %` : "is being read";
    };
    request.onload = () => resolve(end(entry, saidIn(request), request.status === 200));
    request.onerror = () => resolve(end(entry, "the server cannot be reached; upload it again", false));
    request.onabort = () => resolve(end(entry, "cancelled", false));
    entry.stop.onclick = () => request.abort();
    request.open("POST", `${address}?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.send(file);
  });
}

function end(entry, said, worked) {
  entry.cancelled = true;
  if (said.includes(entry.file.name)) entry.name.remove(); // it need not stand there twice
  entry.bar.remove();
  entry.stop.remove();
  entry.state.textContent = said;
  entry.state.className = worked ? "good" : "bad";
  return worked;
}

function saidIn(request) {
  try {
    return JSON.parse(request.responseText).said;
  } catch {
    return `the server answered ${request.status}; upload it again`;
  }
}

function element(name, properties) {
  return Object.assign(document.createElement(name), properties);
}
