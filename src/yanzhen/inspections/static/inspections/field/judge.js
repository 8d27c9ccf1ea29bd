// The verdict on what was counted or measured, worked out as the server does it: exactly, to four
// places, half up. Numbers stay text and whole numbers; nothing here is a float.

const PLACES = 4;

/** "94.99996" → 950000n ten-thousandths; null where it is no number of at most eight digits. */
export function scaled(text) {
  const parts = /^(-?)(\d{1,8})(?:\.(\d*))?$/.exec(String(text).trim());
  if (!parts) return null;
  const tail = (parts[3] ?? "").padEnd(PLACES + 1, "0");
  const kept = BigInt(parts[2] + tail.slice(0, PLACES)) + (tail[PLACES] >= "5" ? 1n : 0n);
  return parts[1] ? -kept : kept;
}

/** `part` of `whole` in a hundred, in ten-thousandths; null where there is no such share. */
export function share(part, whole) {
  if (!/^\d{1,9}$/.test(part) || !/^\d{1,9}$/.test(whole)) return null;
  const [some, all] = [BigInt(part), BigInt(whole)];
  if (all === 0n || some > all) return null;
  return (some * 2000000n + all) / (all * 2n);
}

/** Ten-thousandths as people write them: 916667n → "91.67". */
export function shown(number) {
  const hundredths = (number < 0n ? number - 50n : number + 50n) / 100n;
  const sign = hundredths < 0n ? "-" : "";
  const digits = String(hundredths < 0n ? -hundredths : hundredths).padStart(3, "0");
  return sign + `${digits.slice(0, -2)}.${digits.slice(-2)}`.replace(/\.?0+$/, "");
}

export const isCounted = (item) => item.kind !== "yes_no";

/** The number of a check, or null. */
export function numberOf(check) {
  return check.part || check.whole ? share(check.part ?? "", check.whole ?? "") : scaled(check.value ?? "");
}

/** "pass", "fail", "not_applicable", or "" while it is not answered. */
export function verdict(item, check) {
  if (!check) return "";
  if (check.result === "not_applicable") return "not_applicable";
  if (!isCounted(item)) return check.result;
  const number = numberOf(check);
  if (number === null) return "";
  const [least, most] = [item.at_least, item.at_most].map((limit) => (limit === null ? null : scaled(limit)));
  return (least === null || number >= least) && (most === null || number <= most) ? "pass" : "fail";
}

/** ≥95%, ≤3 处, 5–10 处. */
export function standard(item) {
  const { at_least: least, at_most: most, unit } = item;
  const after = unit === "%" ? "%" : unit && ` ${unit}`;
  if (least !== null && most !== null) return `${least}–${most}${after}`;
  if (least !== null) return `≥${least}${after}`;
  return most === null ? "" : `≤${most}${after}`;
}

/** Whether a photo is asked for, and was not taken nor said why. */
export function wantsPhoto(item, check) {
  const result = verdict(item, check);
  return result !== "not_applicable" && (item.photo === "always" || (item.photo === "on_fail" && result === "fail"));
}

export function isComplete(item, check) {
  if (!verdict(item, check)) return false;
  return !wantsPhoto(item, check) || check.photos.length > 0 || Boolean(check.words.trim());
}

export const itemsOf = (pack, site) => {
  const items = pack.checklists[String(site.checklist)]?.items ?? [];
  return site.items ? items.filter((item) => site.items.includes(item.code)) : items;
};
