/**
 * Dispatches the events of a key that ends an input method's composition, as browsers send them: Safari ends the
 * composition before the key, others after it. Returns whether the key's default action would happen. Runs in the page.
 */
export function endsComposition(field: Element, [key, isOverBefore]: readonly [string, boolean]): boolean {
  const pressed = { key, keyCode: 229, isComposing: !isOverBefore, bubbles: true, cancelable: true };
  const composition = (type: string) => field.dispatchEvent(new CompositionEvent(type, { bubbles: true }));
  composition('compositionstart');
  if (isOverBefore) composition('compositionend');
  const goesOn = field.dispatchEvent(new KeyboardEvent('keydown', pressed));
  if (!isOverBefore) composition('compositionend');
  return goesOn;
}
