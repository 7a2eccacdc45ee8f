const yieldToBrowser = () => new Promise((go) => (document.hidden ? go() : setTimeout(go)));

/** Loads the program. Each address prefix gives an instance of its own. */
const load = async (prefix) => {
  const [{ default: init, ...program }, file] = await Promise.all([import(prefix + JS), fetch(prefix + WASM)]);
  await init({ module_or_path: file });
  await new Promise((go) => setTimeout(go));
  if (!(await program.load(IS_TOPIC))) throw new Error('A part of the page did not load.');
  return program;
};

/** Counts the body's nodes, except those that extensions add after the scripts. */
const countNodes = () => {
  let count = 0;
  for (const part of document.body.childNodes) {
    if (part.localName === 'script') break;
    for (const all = document.createNodeIterator(part); all.nextNode(); ) count += 1;
  }
  return count;
};

const findFields = () => [
  ...document.querySelectorAll('textarea, input:not([type=hidden], [type=checkbox], [type=radio])'),
];

/** Replaces fields, and keeps what was typed, the focus and the cursor. */
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
  console.warn('The markup was changed on its way to this browser. The page is rendered anew.');
  program.prepare();
  keepFields(() => program.replace_markup());
};

// Waits for the first paint, so that loading does not delay it. A hidden page paints nothing.
await new Promise((go) => {
  requestAnimationFrame(() => setTimeout(go));
  setTimeout(go, 200);
});
try {
  const program = await load('base');
  if (countNodes() === NODES) {
    try {
      program.prepare();
      await yieldToBrowser();
      program.hydrate();
    } catch {
      // A copy of the markup has no listeners: its forms work as without a script, even if the next instance fails too.
      keepFields(() => document.body.replaceWith(document.body.cloneNode(true)));
      replaceMarkup(await load('base/anew'));
    }
  } else {
    replaceMarkup(program);
  }
} catch {
  // The browser logs what failed to load. The page stays as it is.
}
