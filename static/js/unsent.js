// The list of what is still on this phone, with its reason and what can be done; signing out warns about it.
(function () {
  const DAY = 86400000;
  let count = 0;

  onsite.bind('[data-outbox]', (box) => {
    const draw = async () => paint(box, await onsite.outbox.list());
    document.addEventListener('onsite:outbox', draw);
    draw();
  });

  function paint(box, records) {
    const [row, words] = box.querySelectorAll('template');
    const { one, many } = box.querySelector('[data-title]').dataset;
    count = records.length;
    box.hidden = !count;
    box.querySelector('[data-title]').textContent = count === 1 ? one : many.replace('{n}', count);
    const held = box.querySelector('ul').contains(document.activeElement);
    box.querySelector('ul').replaceChildren(...records.map((record) => line(row, words, record)));
    if (held) box.querySelector('summary').focus();
  }

  function line(row, words, record) {
    const item = row.content.firstElementChild.cloneNode(true);
    const part = (name) => item.querySelector('[data-' + name + ']');
    const chip = words.content.querySelector('[data-for="' + record.state + '"]');
    part('what').textContent = (words.dataset[record.kind === 'check-in' ? 'checkIn' : 'checkOut'] || '') + ' · ' + (record.about || '');
    part('when').textContent = onsite.time(record.fields.tapped_at);
    part('state').append(chip.cloneNode(true));
    const note = record.reason || (Date.now() - Date.parse(record.created) > DAY ? words.dataset.old : '');
    part('reason').textContent = note;
    part('reason').hidden = !note;
    part('send').addEventListener('click', () => onsite.outbox.retry(record.id));
    part('drop').addEventListener('click', (event) => drop(event.currentTarget, record));
    return item;
  }

  function drop(button, record) {
    if (button.dataset.asked) return onsite.outbox.drop(record.id);
    button.dataset.asked = '1';
    button.textContent = button.dataset.sure;
    return null;
  }

  onsite.bind('form[data-signout]', (form) => {
    form.addEventListener('submit', (event) => {
      if (!count || form.dataset.asked) return;
      event.preventDefault();
      form.dataset.asked = '1';
      const box = document.querySelector('[data-outbox]');
      box.open = true;
      box.querySelector('summary').focus();
      onsite.toast(box.querySelector('[data-words]').dataset.leave, 'att');
    });
  });
})();
