const yieldToBrowser = () => new Promise((go) => (document.hidden ? go() : setTimeout(go)));

/** Loads the WebAssembly module. Each prefix of the address gives another instance, with a memory of its own. */
const load = async (prefix) => {
  const [{ default: init, ...program }, file] = await Promise.all([import(prefix + JS), fetch(prefix + WASM)]);
  await init({ module_or_path: file });
  await new Promise((go) => setTimeout(go));
  if (!(await program.load(IS_TOPIC))) throw new Error('A part of the page could not be loaded.');
  return program;
};

/** Counts the nodes of the body that the server rendered. Browser extensions add theirs after the scripts. */
const countNodes = () => {
  let count = 0;
  for (const part of document.body.childNodes) {
    if (part.localName === 'script') break;
    for (const all = document.createNodeIterator(part); all.nextNode(); ) count += 1;
  }
  return count;
};

const findFields = () => [...document.querySelectorAll('textarea, input:not([type=hidden], [type=checkbox], [type=radio])')];

/** Runs `act`, which replaces the page's fields, and restores what was typed, the focus and the cursor. */
const keepFields = (act) => {
  const before = findFields();
  const focused = before.indexOf(document.activeElement);
  const ends = before.map((field) => field.selectionEnd);
  act();
  for (const [n, { name, value, defaultValue }] of before.entries()) {
    const field = name && document.getElementsByName(name)[0];
    if (!field) continue;
    if (value !== defaultValue) field.value = value;
    if (n === focused) field.focus();
    if (n === focused && ends[n] !== null) field.setSelectionRange(ends[n], ends[n]);
  }
};

const replaceMarkup = (program) => {
  console.warn('The markup was changed on its way to this browser. The page is rendered again in the browser.');
  program.prepare();
  keepFields(() => program.replace_markup());
};

// Waits for the first paint, so that loading does not delay the text. A hidden page never paints: 200 ms are enough for it.
await new Promise((go) => { requestAnimationFrame(() => setTimeout(go)); setTimeout(go, 200); });
try {
  const program = await load('');
  if (countNodes() === NODES) {
    try {
      program.prepare();
      await yieldToBrowser();
      program.hydrate();
    } catch {
      // The failed instance has left listeners behind. A copy of the markup has none, so its forms work as without a script even if the
      // second instance fails too.
      keepFields(() => document.body.replaceWith(document.body.cloneNode(true)));
      replaceMarkup(await load('/anew'));
    }
  } else {
    replaceMarkup(program);
  }
} catch {
  // The browser has logged what failed to load. The page stays usable as it is without a script.
}
