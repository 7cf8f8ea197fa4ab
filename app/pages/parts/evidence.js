// The strip of frames beneath an answer, and the player that starts at the frame that is clicked.
// Everything in `data` is written as text or as an address of this server, never as markup.

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".evidence");
  const wanted = JSON.stringify(data.frames);
  if (root.dataset.shown === wanted) return; // a rerun of the page leaves a running player alone
  root.dataset.shown = wanted;

  const player = makePlayer();
  const strip = element("ul", { className: "strip" });
  for (const frame of data.frames) strip.append(makeThumbnail(frame, strip, player));
  root.replaceChildren(strip, player.figure);
}

function makeThumbnail(frame, strip, player) {
  const label = `${frame.name} ${frame.time}`;
  const image = element("img", { src: frame.image, alt: `Frame of ${label}`, loading: "lazy" });
  if (frame.width && frame.height) image.style.aspectRatio = `${frame.width} / ${frame.height}`;
  const button = element("button", { type: "button", title: "Play from here" });
  button.setAttribute("aria-label", `Play ${label}`);
  const name = element("span", { className: "name", textContent: frame.name });
  const legend = element("span", { className: "legend" });
  legend.append(name, element("span", { textContent: frame.time }));
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

function makePlayer() {
  const video = element("video", { controls: true, preload: "metadata", playsInline: true });
  const still = element("img", { hidden: true });
  const caption = element("figcaption", {});
  const figure = element("figure", { hidden: true });
  figure.append(video, still, caption);
  let current = null;
  let playable = true; // found out by trying: browsers differ
  const label = () => `${current.name} ${current.time}`;

  function seek() {
    if (video.videoWidth === 0) return showStill(); // only the sound can be played
    video.currentTime = current.seconds;
    video.play().catch(() => {}); // a browser may want a click on the player itself
  }

  function showStill() {
    playable = false;
    video.pause();
    video.hidden = true;
    still.hidden = false;
    still.src = current.large;
    still.alt = `Frame of ${label()}`;
    const what = current.codec ? `${current.codec} video` : "this video";
    caption.textContent = `${label()}. This browser does not play ${what}, so the frame itself is shown.`;
  }

  video.addEventListener("loadedmetadata", seek);
  video.addEventListener("error", showStill);

  function start(frame) {
    const sameVideo = current?.video === frame.video;
    current = frame;
    figure.hidden = false;
    if (!sameVideo) {
      playable = true;
      video.hidden = false;
      still.hidden = true;
      video.src = frame.video;
    } else if (playable && video.readyState >= HTMLMediaElement.HAVE_METADATA) {
      seek();
    }
    video.setAttribute("aria-label", `Player of ${label()}`);
    if (playable) caption.textContent = `From ${label()}`;
    else showStill();
    figure.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }

  return { figure, start };
}

function element(name, properties) {
  return Object.assign(document.createElement(name), properties);
}
