// Counts only, every 60 s, only while somebody is looking: elements listen with hx-trigger="poll-counts from:body".
(function () {
  setInterval(() => {
    if (document.visibilityState === 'visible' && self.htmx) self.htmx.trigger(document.body, 'poll-counts');
  }, 60000);
})();
