// Notices on this device: ask the browser, hand its address to the server, and say plainly when that is impossible.
(function () {
  const { onsite } = self;
  const POST = { method: 'POST', credentials: 'same-origin' };

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
  const possible = () => 'serviceWorker' in navigator && 'PushManager' in self && 'Notification' in self;

  async function worker() {
    const found = await navigator.serviceWorker.getRegistration();
    return found && found.active && found.pushManager ? found : null;
  }

  async function subscribe(registration) {
    const { key } = await (await fetch('/notices/settings/key', POST)).json();
    const options = { userVisibleOnly: true, applicationServerKey: bytes(key) };
    let made;
    try {
      made = await registration.pushManager.subscribe(options);
    } catch (error) {
      // Made with another key: that one is of no use any more.
      const old = await registration.pushManager.getSubscription();
      if (!old || error.name !== 'InvalidStateError') throw error;
      await old.unsubscribe();
      made = await registration.pushManager.subscribe(options);
    }
    const { endpoint, keys } = made.toJSON();
    const body = new URLSearchParams({ endpoint, p256dh: keys.p256dh, auth: keys.auth });
    const answer = await fetch('/notices/settings/browser', { ...POST, body });
    if (!answer.ok) throw new Error(String(answer.status));
  }

  onsite.bind('[data-push]', async (box) => {
    const show = (state) => box.querySelectorAll('[data-for]').forEach((el) => { el.hidden = el.dataset.for !== state; });
    const problem = box.querySelector('[data-problem]');
    const button = box.querySelector('[data-push-on]');
    const complain = (text) => { problem.textContent = text; problem.hidden = false; };
    const registration = possible() && (await worker());
    if (!registration) return;
    const known = await registration.pushManager.getSubscription();
    const here = document.querySelector('[data-push-off]');
    show(known && here && Notification.permission === 'granted' ? 'on' : 'off');
    button.addEventListener('click', async () => {
      problem.hidden = true;
      onsite.busy(button, true);
      try {
        if ((await Notification.requestPermission()) !== 'granted') complain(box.dataset.denied);
        else {
          await subscribe(registration);
          location.reload();
        }
      } catch {
        complain(box.dataset.bad);
      }
      onsite.busy(button, false);
    });
  });

  onsite.bind('[data-push-off]', (form) => form.addEventListener('submit', async () => {
    const registration = possible() && (await worker());
    const known = registration && (await registration.pushManager.getSubscription());
    if (known) known.unsubscribe();
  }));
})();
