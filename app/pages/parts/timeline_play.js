// Starts the player of the moment beneath the timeline, once for each click: the strip of frames, which
// another component shows, tells the page how it is opened. Takes the chart's tooltip along when the timeline is
// left: Vega hangs it on the page's body and leaves it there, with the last text in it.

const PATIENCE_MILLISECONDS = 5000;

export default function ({ data }) {
  // Kept by the window: who comes back to the page has not clicked again.
  if (data.click && window.witnessTimelineClick !== data.click) play(data);
  return () => document.getElementById("vg-tooltip-element")?.remove();
}

function play(data) {
  window.witnessTimelineClick = data.click;
  const until = performance.now() + PATIENCE_MILLISECONDS;
  const begin = () => {
    const moments = (window.witnessMoments ?? []).filter((moment) => moment.root.isConnected);
    const wanted = moments.find((moment) => moment.root.dataset.shown?.includes(data.image));
    if (wanted) wanted.open();
    else if (performance.now() < until) setTimeout(begin, 30);
  };
  begin();
}
