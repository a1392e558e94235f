// Shows one view of #views in the check-in block: status line, label of the button, second links.
(function () {
  // name: kind of line, icon, label of the button, second links
  const VIEWS = {
    ask: 'queue map-pin on without',
    ready: 'queue map-pin go choose',
    locating: 'queue clock-4 go choose',
    armed: 'queue clock-4 go cancel',
    inside: 'ok map-pin-check go choose',
    near: 'att map-pin ask again other',
    outside: 'att map-pin-off ask again other',
    weak: 'att triangle-alert ask again',
    timeout: 'att triangle-alert ask again',
    unavailable: 'att triangle-alert ask again',
    unsupported: 'att map-pin-off ask choose',
    denied: 'att map-pin-off ask how',
    declined: 'att map-pin-off ask share',
    noplace: 'att map-pin idea choose',
    sending: 'queue clock-4 go',
    saved: 'queue cloud-off now see',
    unsaved: 'att cloud-off retry',
    full: 'att cloud-off retry',
    signin: 'queue cloud-off now sign',
    'saved-out': 'queue cloud-off go',
    'signin-out': 'queue cloud-off go sign',
    'saved-undo': 'queue cloud-off go',
    'signin-undo': 'queue cloud-off go sign',
    refused: 'stop x go choose see',
    'more-ask': 'att map-pin-off ask drop',
    'more-remark': 'att triangle-alert send drop',
  };
  const words = () => document.getElementById('views');

  onsite.views = function (root) {
    const button = root.querySelector('[data-main]');
    const range = root.querySelector('.range');
    return {
      get name() { return root.dataset.view; },
      show(name, numbers) {
        const from = root.dataset.view;
        const view = words().querySelector('[data-view=' + name + ']');
        const [kind, icon, usual, ...more] = VIEWS[name].split(' ');
        const verb = root.dataset[name] || usual; // what the branch makes of it
        const text = document.createElement('span');
        text.textContent = fill(view.textContent, numbers || {}).trim();
        range.className = 'range ' + kind;
        range.hidden = false;
        range.replaceChildren(onsite.icon(icon), text);
        if (from === name) return;
        root.dataset.view = name;
        if (from) onsite.say(text.textContent);
        if (button) press(root, button, verb, more, name === 'armed' || name === 'sending');
        else if (more.includes('sign')) root.querySelector('.second').replaceChildren(second('sign'));
      },
    };
  };

  // Why it is not sent yet, as a sentence: no network, or a server that does not answer.
  onsite.because = (why) => (why && words().dataset[onsite.camel('why-' + why)]) || '';
  onsite.time = (iso) => (iso ? new Date(iso).toTimeString().slice(0, 5) : '');
  onsite.buzz = (good) => navigator.vibrate && navigator.userActivation?.hasBeenActive && navigator.vibrate(good ? 30 : [30, 60, 30]);

  function press(root, button, verb, more, busy) {
    const links = root.querySelector('.second');
    const held = links.contains(document.activeElement);
    const parts = more.map(second);
    button.querySelector('[data-label]').textContent = words().dataset[verb];
    button.querySelector('[data-sub]').textContent = words().dataset[verb + 'Sub'] || '';
    onsite.busy(button, busy);
    links.replaceChildren(...parts);
    if (held) button.focus();
  }

  // Not every page has every link: what needs a network is not on the page for none.
  function second(name) {
    return words().querySelector('[data-second=' + name + ']')?.content.cloneNode(true) || '';
  }

  function fill(text, numbers) {
    return text.replace(/\{(\w)\}/g, (whole, key) => (key in numbers ? length(numbers[key]) : whole));
  }

  function length(value) {
    const { m, km } = words().dataset;
    if (typeof value !== 'number') return value;
    return value < 1000 ? m.replace('{n}', Math.ceil(value)) : km.replace('{n}', (value / 1000).toFixed(1));
  }
})();
