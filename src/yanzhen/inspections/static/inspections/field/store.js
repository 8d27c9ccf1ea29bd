// What the phone keeps: one IndexedDB for each inspector, so that two on one phone never mix.
// `packs` by round, `visits` and `photos` by their ids, `pixels` by photo, `facts` by name.

const VERSION = 1;
const STORES = { packs: "id", visits: "id", photos: "id", pixels: "id", facts: "name" };

/** The phone has no room left for what was to be kept. */
export class Full extends Error {}

const asked = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

const told = (error) => (error?.name === "QuotaExceededError" ? new Full(error.message) : error ?? new Error("aborted"));

export async function openStore(person) {
  const opening = window.indexedDB.open(`yanzhen-field-${person}`, VERSION);
  opening.onupgradeneeded = () => {
    for (const [name, keyPath] of Object.entries(STORES)) {
      if (!opening.result.objectStoreNames.contains(name)) opening.result.createObjectStore(name, { keyPath });
    }
  };
  const database = await asked(opening);
  const read = (name) => database.transaction(name).objectStore(name);

  /** Write all or nothing: `[[store, value], …]`, and take away `[[store, key], …]`. Raises `Full`. */
  const write = (puts, removals = []) => new Promise((resolve, reject) => {
    const names = [...new Set([...puts, ...removals].map(([name]) => name))];
    const change = database.transaction(names, "readwrite");
    change.oncomplete = () => resolve();
    change.onabort = () => reject(told(change.error));
    try {
      for (const [name, value] of puts) change.objectStore(name).put(value);
      for (const [name, key] of removals) change.objectStore(name).delete(key);
    } catch (error) {
      reject(told(error));
      change.abort();
    }
  });

  return {
    all: (name) => asked(read(name).getAll()),
    get: (name, key) => asked(read(name).get(key)),
    write,
  };
}
