// Today left open, over night or while somebody decided: asked for again when the screen comes back after a while.
// Never over a tap, over what is being typed, over what is unsent, or without an answering server.
(function () {
  const OLD = 300000;
  let shown = Date.now();
  onsite.bind('#checkin', () => { shown = Date.now(); });

  document.addEventListener('visibilitychange', () => Date.now() - shown > OLD && again());
  self.addEventListener('pageshow', (event) => event.persisted && again());

  async function again() {
    if (document.visibilityState !== 'visible' || (await held())) return;
    const answer = await fetch('/healthz').catch(() => null);
    if (answer && answer.ok && !(await held())) location.reload();
  }

  async function held() {
    const root = document.getElementById('checkin');
    if (!root || ['armed', 'sending'].includes(root.dataset.view) || root.querySelector('.finish[open]')) return true;
    return (await onsite.outbox.list()).some((record) => record.state !== 'refused');
  }
})();
