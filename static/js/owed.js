// How much is not sent yet: a line on every page, and a number where a list of it is linked.
(function () {
  onsite.bind('[data-owed]', async (line) => {
    const lost = await onsite.kept.missing();
    const draw = async () => paint(line, await onsite.outbox.list(), lost);
    document.addEventListener('onsite:outbox', draw);
    draw();
  });

  function paint(line, records, lost) {
    const title = line.querySelector('[data-title]');
    const count = records.length;
    const { one, many } = title.dataset;
    const refused = records.some((record) => record.state === 'refused');
    const mute = Boolean(onsite.store.mute);
    onsite.owed = count || mute; // nobody knows, so signing out asks
    if (!lost && !mute) onsite.kept.count(count);
    line.hidden = !count && !lost && !mute;
    line.classList.toggle('att', Boolean(lost) || refused || mute);
    title.textContent = mute ? title.dataset.mute : lost ? title.dataset.lost : refused ? title.dataset.refused : count === 1 ? one : many.replace('{n}', count);
    document.querySelectorAll('[data-outbox-count]').forEach((el) => { el.textContent = mute ? '?' : count || ''; });
  }
})();
