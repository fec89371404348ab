/**
 * What the browser remembers for this page under a name; undefined when there is nothing or the browser forbids it. Remembering is a comfort: where
 * storage is forbidden (private windows, policies) the page works the same and starts afresh each time.
 */
export function recall(name: string): string | undefined {
  try {
    return localStorage.getItem(`taffrail.${name}`) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Remembers a text under a name; undefined forgets it. Gives false where the browser forbids it or is full. */
export function remember(name: string, text: string | undefined): boolean {
  try {
    if (text === undefined) localStorage.removeItem(`taffrail.${name}`);
    else localStorage.setItem(`taffrail.${name}`, text);
    return true;
  } catch {
    return false;
  }
}
