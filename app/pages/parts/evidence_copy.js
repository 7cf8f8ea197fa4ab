// A copy of a video that every browser plays: the server makes one when the player has given up.

const COPY_POLL_MILLISECONDS = 700;

// Has a copy made and waits for it; tells the share that is done meanwhile, and returns how it ended.
async function waitForCopy(address, wanted, tell) {
  let copy = await askForCopy(address, "POST");
  while (wanted() && (copy?.state === "waiting" || copy?.state === "working")) {
    tell(copy.progress);
    await new Promise((resolve) => setTimeout(resolve, COPY_POLL_MILLISECONDS));
    copy = await askForCopy(address, "GET");
  }
  return copy;
}

async function askForCopy(address, method) {
  try {
    const reply = await fetch(address, { method });
    return reply.ok ? await reply.json() : undefined;
  } catch {
    return undefined; // the server is gone
  }
}
