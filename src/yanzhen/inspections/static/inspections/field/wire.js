// The calls to the server, as ADR 21 has them. Every "no" comes back as `Answer` with its sentence.

const PIECE = 256 * 1024;
const PATIENCE = 60_000;
const BASE = "/inspections/field/";

/** There was no answer, or one that says: later. */
export class Later extends Error {}

/** Nobody is signed in any more. */
export class SignedOut extends Error {}

/** The server refused, with a code and a sentence for people. */
export class Refusal extends Error {
  constructor(status, body) {
    super(body?.sentence ?? String(status));
    this.status = status;
    this.code = body?.code ?? "";
    this.body = body;
  }
}

let token = "";
export const csrf = () => token;

async function call(path, options = {}) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  let answer, body;
  try {
    answer = await fetch(BASE + path, {
      credentials: "same-origin", cache: "no-store", redirect: "error", signal: stop.signal, ...options,
      headers: { Accept: "application/json", "X-CSRFToken": token, ...options.headers },
    });
    body = answer.status === 304 ? null : await answer.json();
  } catch (error) {
    throw new Later(error.message);
  } finally {
    clearTimeout(timer);
  }
  if (body?.csrf) token = body.csrf;
  if (answer.ok || answer.status === 304) return { status: answer.status, headers: answer.headers, body };
  if (answer.status === 401) throw new SignedOut();
  if (answer.status === 429 || answer.status >= 500) throw new Later(body?.sentence ?? "");
  throw new Refusal(answer.status, body);
}

/** Write; with a token that is no longer good, fetch a new one and write once more. */
async function write(path, options) {
  if (!token) await rounds();
  try {
    return await call(path, options);
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== "csrf_failed") throw error;
    await rounds();
    return call(path, options);
  }
}

export const rounds = async () => (await call("rounds/")).body;

/** The pack of a round with its tag, or null where the phone has it as it is. */
export async function pack(round, tag) {
  const { status, headers, body } = await call(`rounds/${round}/pack`, { headers: tag ? { "If-None-Match": tag } : {} });
  return status === 304 ? null : { ...body, id: round, tag: headers.get("ETag"), loaded_at: body.now };
}

export async function sync(visits, now) {
  const sending = JSON.stringify({ sent_at: now.toISOString(), visits });
  const { body } = await write("sync", { method: "POST", body: sending, headers: { "Content-Type": "application/json" } });
  return body.visits;
}

/** Send the next piece; the answer says how far it is. A photo refused for good is an answer too. */
export async function photoPiece(photo, bytes) {
  const piece = bytes.slice(photo.received, photo.received + PIECE);
  try {
    const sent = await write(`photos/${photo.id}?offset=${photo.received}`, {
      method: "PUT", body: piece, headers: { "Content-Type": "application/octet-stream" },
    });
    return sent.body;
  } catch (error) {
    if (error instanceof Refusal && error.body?.state === "refused") return error.body;
    throw error;
  }
}

export const photoState = async (id) => (await call(`photos/${id}`)).body;
