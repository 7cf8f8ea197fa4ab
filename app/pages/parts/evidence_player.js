// The player beneath a strip of frames: starts at a frame, and steps by true frames. Where the browser does
// not play the video, it shows the frames themselves until the server has made a copy that it does.

function makePlayer(data) {
  const video = element("video", { controls: true, preload: "metadata", playsInline: true });
  const still = element("img", { hidden: true });
  const caption = element("figcaption", {});
  caption.setAttribute("role", "status");
  const figure = element("figure", { hidden: true });
  const note = element("p", { className: "note" });
  note.setAttribute("role", "status");
  const bar = element("div", { className: "bar" });
  bar.append(caption, stepButton("‹", "One frame back", -1), stepButton("›", "One frame forward", 1));
  figure.append(video, still, bar, note);
  const steps = makeSteps(data.times);
  let current = null;
  let playable = true; // found out by trying: browsers differ
  let stillSeconds = 0;
  let copied = false; // whether the player has the copy
  let plays = true; // whether to begin at once
  let finding = false; // whether the next frame is being asked for
  let waiting = 0; // the step that was asked for meanwhile: the last one, so that a held key does not pile up

  function stepButton(text, label, direction) {
    const button = element("button", { type: "button", textContent: text, title: label });
    button.setAttribute("aria-label", label);
    button.onclick = () => step(direction);
    return button;
  }

  function say(seconds, intro) {
    caption.textContent = `${intro} ${data.name} ${writeTime(seconds, data.clock)}`;
  }

  function seek() {
    if (video.videoWidth === 0) return showStill(); // only the sound can be played
    video.currentTime = current.seconds;
    say(current.seconds, "From");
    if (plays) video.play().catch(() => {}); // a browser may want a click on the player itself
  }

  // A copy comes late: by then the person may be elsewhere.
  function isLookedAt() {
    const place = figure.getBoundingClientRect();
    return window.witnessPlayer === self && place.bottom > 0 && place.top < innerHeight;
  }

  function showStill() {
    playable = false;
    video.pause();
    video.hidden = true;
    still.hidden = false;
    showStillAt(current.seconds);
    if (!copied) playCopy();
  }

  async function playCopy() {
    const what = current.codec ? ` (${current.codec} video)` : "";
    const explain = (rest) => (note.textContent = `This browser does not play this file${what}${rest}`);
    const share = (done) => explain(`: a copy that it plays is being made, ${Math.round(done * 100)} %.`);
    copied = true;
    share(0);
    const copy = await waitForCopy(data.playable, () => figure.isConnected, share);
    if (copy?.state !== "ready") return explain(`, so the frame itself is shown. ${copy?.reason ?? ""}`);
    explain(": this is a copy.");
    current = { ...current, seconds: stillSeconds };
    playable = true;
    plays = isLookedAt();
    video.hidden = false;
    still.hidden = true;
    video.src = `${data.playable}.mp4`;
  }

  function showStillAt(seconds) {
    stillSeconds = seconds;
    still.src = data.large.replace("{milliseconds}", Math.round(seconds * 1000));
    say(seconds, "Frame of");
    still.alt = caption.textContent;
  }

  video.addEventListener("loadedmetadata", seek);
  video.addEventListener("seeked", goOn);
  video.addEventListener("error", showStill);
  video.addEventListener("play", () => {
    takeOver();
    say(video.currentTime, "From"); // and no longer the frame that was stepped to before
  });

  // One player at a time: two would talk at once, and keys are for one.
  function takeOver() {
    if (window.witnessPlayer !== self) window.witnessPlayer?.pause();
    window.witnessPlayer = self;
  }

  function pause() {
    video.pause();
  }

  function start(frame) {
    takeOver();
    const first = current === null;
    current = frame;
    plays = true;
    waiting = 0;
    figure.hidden = false;
    if (frame.width && frame.height) video.style.aspectRatio = `${frame.width} / ${frame.height}`;
    if (first) {
      video.src = frame.video;
    } else if (playable && video.readyState >= HTMLMediaElement.HAVE_METADATA) {
      seek();
    }
    video.setAttribute("aria-label", `Player of ${frame.name} ${frame.time}`);
    if (playable) say(frame.seconds, "From");
    else showStillAt(frame.seconds);
    bringIntoView(() => figure, "nearest");
  }

  async function step(direction) {
    if (!current) return;
    if (finding || (playable && video.seeking)) {
      waiting = direction; // taken from the frame that is on its way, once it is there
      return;
    }
    video.pause();
    const next = await findNext(direction);
    if (next !== undefined && playable) {
      video.currentTime = next; // "seeked" goes on
      say(next, "Frame at");
      return;
    }
    if (next !== undefined) showStillAt(next);
    goOn();
  }

  async function findNext(direction) {
    finding = true;
    try {
      return await steps.from(playable ? video.currentTime : stillSeconds, direction);
    } finally {
      finding = false;
    }
  }

  function goOn() {
    const direction = waiting;
    waiting = 0;
    if (direction) step(direction);
  }

  function toggle() {
    if (!current || !playable) return;
    if (video.paused) video.play().catch(() => {});
    else video.pause();
  }

  const self = { figure, start, step, toggle, pause };
  return self;
}

// The times of the frames around the one that is shown, asked of the server some two hundred at a time.
function makeSteps(address) {
  let times = [];

  async function from(seconds, direction) {
    const known = look(seconds, direction, false);
    if (known !== undefined) return known;
    const reply = await fetch(`${address}/${Math.round(seconds * 1000)}.json`);
    if (!reply.ok) return undefined;
    times = (await reply.json()).seconds;
    return look(seconds, direction, true);
  }

  function look(seconds, direction, fresh) {
    const shown = times.findLastIndex((time) => time <= seconds + 0.0005);
    if (!fresh && shown === times.length - 1) return undefined; // what is shown may lie beyond what is known
    return shown < 0 ? undefined : times[shown + direction];
  }

  return { from };
}

function writeTime(seconds, clock) {
  const whole = writeClock(seconds, seconds >= 3600);
  return clock ? `${whole} (${writeClock((clock.at + seconds * clock.rate) % 86400, true, 0)})` : whole;
}

// Cut like `told_time` of the server, so that the player and the strip say the same.
function writeClock(seconds, withHours, digits = 2) {
  const scale = 10 ** digits;
  const ticks = digits ? Math.floor((Math.round(seconds * 1000) * scale) / 1000) : Math.floor(seconds);
  const fraction = digits && ticks % scale ? `.${String(ticks % scale).padStart(digits, "0")}`.replace(/0+$/, "") : "";
  const total = Math.floor(ticks / scale);
  const two = (number) => String(number).padStart(2, "0");
  const minutes = Math.floor(total / 60);
  if (!withHours) return `${minutes}:${two(total % 60)}${fraction}`;
  return `${digits ? Math.floor(minutes / 60) : two(Math.floor(minutes / 60))}:${two(minutes % 60)}:${two(total % 60)}${fraction}`;
}
