// A moment's strip of frames, with its neighbours before and after it on demand, above its player.
// Everything in `data` is written as text or as an address of this server, never as markup.

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".evidence");
  const wanted = JSON.stringify(data);
  if (root.dataset.shown === wanted) return; // a rerun of the page leaves a running player alone
  root.dataset.shown = wanted;

  const player = makePlayer(data);
  const strip = element("ul", { className: "strip" });
  for (const frame of data.frames) strip.append(makeThumbnail(frame, strip, player));
  addNeighbours(strip, player, data.before, "Before", "prepend");
  addNeighbours(strip, player, data.after, "After", "append");
  const name = `Frames of ${data.name} from ${data.frames[0].time}`;
  root.replaceChildren(makeScroller(strip, name), player.figure);
  registerMoment(root, player, strip);
}

function makeThumbnail(frame, strip, player) {
  const label = `${frame.name} ${frame.time}`;
  const image = element("img", { src: frame.image, alt: `Frame of ${label}`, loading: "lazy" });
  if (frame.width && frame.height) image.style.aspectRatio = `${frame.width} / ${frame.height}`;
  const button = element("button", { type: "button", className: "frame" });
  button.title = frame.text || "Play from here";
  button.setAttribute("aria-label", `Play ${label}`);
  const legend = element("span", { className: "legend", textContent: frame.time });
  button.append(image, legend);
  button.onclick = () => {
    for (const other of strip.querySelectorAll("button")) other.removeAttribute("aria-current");
    button.setAttribute("aria-current", "true");
    player.start(frame);
  };
  const item = element("li", {});
  item.append(button);
  return item;
}

function addNeighbours(strip, player, frames, name, place) {
  if (!frames.length) return;
  const item = element("li", { className: "more" });
  const button = element("button", { type: "button", textContent: name });
  button.setAttribute("aria-label", `Show what is ${name.toLowerCase()} this moment`);
  button.onclick = () => {
    const thumbnails = frames.map((frame) => makeThumbnail(frame, strip, player));
    for (const thumbnail of thumbnails) thumbnail.classList.add("neighbour");
    item.replaceWith(...thumbnails);
    const nearest = thumbnails.at(place === "prepend" ? -1 : 0);
    nearest.querySelector("button").focus({ preventScroll: true });
    nearest.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  item.append(button);
  strip[place](item);
}

function registerMoment(root, player, strip) {
  // The page's keys, which another component listens to, find the moments here.
  const moments = (window.witnessMoments ??= []).filter((moment) => moment.root.isConnected && moment.root !== root);
  const first = () => strip.querySelector("li:not(.neighbour) > .frame");
  window.witnessMoments = [...moments, { root, player, open: () => { first().click(); first().focus(); } }];
}

function element(name, properties) {
  return Object.assign(document.createElement(name), properties);
}
