// @ts-check
// Secrets that are valid by shape and check digit and belong to no one. Beginnings are put together from parts, so that scanners for real ones stay quiet.

/** @typedef {import("@taffrail/contracts").Random} Random */
/** @typedef {{ kind: string, make: (random: Random) => string }} Secret */

const lower = "abcdefghijklmnopqrstuvwxyz";
const letters = lower + lower.toUpperCase();
const alphabets = { letters, hex: "0123456789abcdef", word: `${letters}0123456789`, base32: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", digit: "0123456789" };

/** @param {Random} random @param {number} length @param {keyof typeof alphabets} [alphabet] */
export function body(random, length, alphabet = "word") {
  return Array.from({ length }, () => random.pick([...alphabets[alphabet]])).join("");
}

/** @param {string} digits */
function luhnDigit(digits) {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return String((10 - (sum % 10)) % 10);
}

/** @param {Random} random @param {string} prefix @param {number} length */
function card(random, prefix, length) {
  const digits = prefix + body(random, length - prefix.length - 1, "digit");
  return digits + luhnDigit(digits);
}

/** @param {string} digits @param {readonly number[]} weights */
const weigh = (digits, weights) => weights.reduce((sum, weight, index) => sum + weight * Number(digits.charAt(index)), 0);

/** @param {Random} random @param {string} country @param {number} length @param {string} bank */
function iban(random, country, length, bank) {
  const account = bank + body(random, length - 4 - bank.length, "digit");
  let remainder = 0;
  for (const character of `${account}${country}00`) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return `${country}${String(98 - remainder).padStart(2, "0")}${account}`;
}

/** Draws until a number passes. @param {() => string | undefined} draw */
function until(draw) {
  for (;;) {
    const drawn = draw();
    if (drawn !== undefined) return drawn;
  }
}

/** @param {Random} random @param {number} from @param {number} to */
const two = (random, from, to) => String(random.integer(from, to + 1)).padStart(2, "0");
/** @param {Random} random */
const birth = (random) => ({ year: two(random, 50, 99), month: two(random, 1, 12), day: two(random, 1, 28) });
const base64url = (/** @type {object} */ value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const join = (/** @type {readonly string[]} */ ...parts) => parts.join("");

/** Payment cards of several issuers. @type {readonly Secret[]} */
export const cards = /** @type {const} */ ([["4", 16], ["52", 16], ["2223", 16], ["37", 15], ["6011", 16], ["3530", 16], ["36", 14], ["62", 16]]).map(
  ([prefix, length]) => ({ kind: `card ${prefix}`, make: (random) => card(random, prefix, length) }),
);

/** Tokens that show by their shape what they are. @type {readonly Secret[]} */
export const tokens = [
  { kind: "jwt", make: (r) => `${base64url({ alg: "HS256", typ: "JWT" })}.${base64url({ sub: body(r, 8), iat: r.integer(1e9, 2e9) })}.${body(r, 43)}` },
  { kind: "aws", make: (r) => join("AK", "IA", body(r, 16, "base32")) },
  { kind: "aws session", make: (r) => join("AS", "IA", body(r, 16, "base32")) },
  { kind: "github", make: (r) => join("gh", "p_", body(r, 36)) },
  { kind: "github fine", make: (r) => join("github", "_pat_", body(r, 22), "_", body(r, 59)) },
  { kind: "gitlab", make: (r) => join("gl", "pat-", body(r, 20)) },
  { kind: "slack", make: (r) => join("xo", "xb-", body(r, 12, "digit"), "-", body(r, 24)) },
  { kind: "stripe", make: (r) => join("sk", "_live_", body(r, 24)) },
  { kind: "stripe hook", make: (r) => join("wh", "sec_", body(r, 32)) },
  { kind: "npm", make: (r) => join("np", "m_", body(r, 36)) },
  { kind: "google", make: (r) => join("AI", "za", body(r, 35)) },
  { kind: "google oauth", make: (r) => join("ya", "29.", body(r, 60)) },
  { kind: "openai", make: (r) => join("sk", "-proj-", body(r, 48)) },
  { kind: "sendgrid", make: (r) => join("S", "G.", body(r, 22), ".", body(r, 43)) },
  { kind: "twilio", make: (r) => join("S", "K", body(r, 32, "hex")) },
  { kind: "shopify", make: (r) => join("shp", "at_", body(r, 32, "hex")) },
  { kind: "vault", make: (r) => join("hv", "s.", body(r, 24)) },
  { kind: "hugging face", make: (r) => join("h", "f_", body(r, 34, "letters")) },
  { kind: "digitalocean", make: (r) => join("do", "p_v1_", body(r, 64, "hex")) },
  { kind: "databricks", make: (r) => join("da", "pi", body(r, 32, "hex")) },
  { kind: "pypi", make: (r) => join("py", "pi-", body(r, 60)) },
  { kind: "telegram", make: (r) => join(body(r, 10, "digit"), ":", body(r, 35)) },
];

/** Numbers and addresses of persons. @type {readonly Secret[]} */
export const identifiers = [
  { kind: "email", make: (r) => `${body(r, 6)}.${body(r, 5)}@${body(r, 7, "letters")}.example.com` },
  { kind: "phone", make: (r) => `+4420${r.pick(["7946", "7700"])}${body(r, 4, "digit")}` },
  { kind: "iban DE", make: (r) => iban(r, "DE", 22, "") },
  { kind: "iban GB", make: (r) => iban(r, "GB", 22, "FAKE") },
  { kind: "iban FR", make: (r) => iban(r, "FR", 27, "") },
  { kind: "iban NL", make: (r) => iban(r, "NL", 18, "FAKE") },
  { kind: "ssn", make: (r) => `${r.integer(100, 600)}-${two(r, 10, 99)}-${r.integer(1000, 9999)}` },
  {
    kind: "dni ES",
    make: (r) => {
      const digits = body(r, 8, "digit");
      return digits + "TRWAGMYFPDXBNJZSQVHLCKE".charAt(Number(digits) % 23);
    },
  },
  {
    kind: "nir FR",
    make: (r) => {
      const { year, month } = birth(r);
      const digits = `1${year}${month}75${body(r, 6, "digit")}`;
      return digits + String(97 - (Number(digits) % 97)).padStart(2, "0");
    },
  },
  { kind: "codice fiscale IT", make: (r) => `FKTFKE${two(r, 50, 99)}M${two(r, 1, 28)}H${r.integer(100, 999)}${r.pick(["A", "Q", "Z"])}` },
  {
    kind: "pesel PL",
    make: (r) => {
      const { year, month, day } = birth(r);
      const digits = `${year}${month}${day}${body(r, 4, "digit")}`;
      return digits + String((10 - (weigh(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10);
    },
  },
  {
    kind: "cpf BR",
    make: (r) => {
      const nine = body(r, 9, "digit");
      const ten = nine + String(((weigh(nine, [10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11) % 10);
      const all = ten + String(((weigh(ten, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11) % 10);
      return `${all.slice(0, 3)}.${all.slice(3, 6)}.${all.slice(6, 9)}-${all.slice(9)}`;
    },
  },
  {
    kind: "personnummer SE",
    make: (r) => {
      const { year, month, day } = birth(r);
      const digits = `${year}${month}${day}${body(r, 3, "digit")}`;
      return `${digits.slice(0, 6)}-${digits.slice(6)}${luhnDigit(digits)}`;
    },
  },
  {
    kind: "hetu FI",
    make: (r) => {
      const { year, month, day } = birth(r);
      const serial = body(r, 3, "digit");
      return `${day}${month}${year}-${serial}${"0123456789ABCDEFHJKLMNPRSTUVWXY".charAt(Number(day + month + year + serial) % 31)}`;
    },
  },
  { kind: "nino GB", make: (r) => `AB${body(r, 6, "digit")}${r.pick(["A", "B", "C", "D"])}` },
  {
    kind: "nhs GB",
    make: (r) =>
      until(() => {
        const nine = body(r, 9, "digit");
        const check = 11 - (weigh(nine, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11);
        return check === 10 ? undefined : `${nine.slice(0, 3)} ${nine.slice(3, 6)} ${nine.slice(6)}${check % 11}`;
      }),
  },
  {
    kind: "resident id CN",
    make: (r) => {
      const { year, month, day } = birth(r);
      const digits = `110105 19${year}${month}${day}${body(r, 3, "digit")}`.replace(" ", "");
      return digits + "10X98765432".charAt(weigh(digits, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11);
    },
  },
];

/** Words that only their place makes secret. @param {Random} random */
export const password = (random) => `${body(random, 5, "letters")}-Fake!${body(random, 6)}`;
