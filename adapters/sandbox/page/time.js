// Times as the sandbox shows them: in UTC, as its community's timezone is.

const DAY = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" });
const HOUR = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "UTC" });

const SHORT = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });

export const shortDay = (time) => SHORT.format(time);
export const day = (time) => DAY.format(time);
export const hour = (time) => HOUR.format(time);

/** Return how much time went by in words, or "" where it is less than an hour. */
export function gap(from, to) {
  const hours = Math.floor((to - from) / 3_600_000);
  if (hours < 1) return "";
  if (hours < 48) return hours === 1 ? "1 hour later" : `${hours} hours later`;
  return `${Math.floor(hours / 24)} days later`;
}

/** Return the next 9:00 that is `days` days away at least, on a weekday (0 is Sunday) where one is given. */
export function nextNine(now, days, weekday = null) {
  const then = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + days, 9));
  while (then <= now || (weekday !== null && then.getUTCDay() !== weekday)) then.setUTCDate(then.getUTCDate() + 1);
  return then;
}
