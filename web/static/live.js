/* Keeps the figures of a giving day at what they are. Without it the page says the same, as of when it was loaded. */
"use strict";
(() => {
  const root = document.getElementById("live");
  if (!root || !root.dataset.stream) return;
  const pieces = (of) => [...of.querySelectorAll("[data-live]")];
  const names = (of) => pieces(of).map((piece) => piece.dataset.live).join(" ");

  const show = (html) => {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    const from = fresh.getElementById("live") || fresh.body;
    if (names(from) !== names(root)) {
      root.innerHTML = from.innerHTML;
      return;
    }
    const there = new Map(pieces(root).map((piece) => [piece.dataset.live, piece]));
    for (const piece of pieces(from)) {
      const old = there.get(piece.dataset.live);
      for (const { name, value } of piece.attributes) {
        if (old.getAttribute(name) !== value && name !== "class") old.setAttribute(name, value);
      }
      if (piece.className !== undefined && old.innerHTML !== piece.innerHTML) {
        old.innerHTML = piece.innerHTML;
        if (old.animate && !matchMedia("(prefers-reduced-motion: reduce)").matches) {
          old.animate([{ opacity: 0.35 }, { opacity: 1 }], { duration: 500, easing: "ease-out" });
        }
      }
    }
  };

  /* Where no stream is to be had, the page is looked at again now and then. */
  const again = async () => {
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      if (answer.ok) show(await answer.text());
    } catch {
      /* the next time */
    }
    setTimeout(again, 20000 + Math.random() * 10000);
  };

  const listen = () => {
    const stream = new EventSource(root.dataset.stream);
    stream.onmessage = (event) => {
      document.body.dataset.live = "on";
      show(event.data);
    };
    stream.onerror = () => {
      delete document.body.dataset.live;
      if (stream.readyState === EventSource.CLOSED) setTimeout(again, 5000 + Math.random() * 10000);
    };
  };
  listen();
})();
