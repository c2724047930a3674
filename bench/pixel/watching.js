// Notes when numbers such as 1,000,017 have been painted. A change of the page is followed by one frame; the message sent at the change comes
// behind it.
var watching = (() => {
  const seen = new Map();
  const waiting = new Map();
  const look = () => {
    const found = document.querySelector("main").textContent.match(/1,\d{3},\d{3}/g) ?? [];
    for (const text of found) {
      if (seen.has(text)) continue;
      seen.set(text, 0);
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        const at = performance.timeOrigin + performance.now();
        seen.set(text, at);
        waiting.get(text)?.(at);
      };
      port2.postMessage(null);
    }
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
  return {
    painted: (text) => new Promise((resolve, reject) => {
      if (seen.get(text)) return resolve(seen.get(text));
      waiting.set(text, resolve);
      setTimeout(() => reject(new Error(`${text} was not painted within 30 seconds`)), 30_000);
    }),
  };
})();
