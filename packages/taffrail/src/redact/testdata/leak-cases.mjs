// @ts-check
// Ways in which a secret gets into a log. Each case is one call of a logger, and the texts that must not come out of it.
import { body, cards, identifiers, password, tokens } from "./secrets.mjs";

/** @typedef {import("@taffrail/contracts").Random} Random */
/** @typedef {{ name: string, needles: readonly string[], message: string, fields: object }} LeakCase */

/** @param {string} message @param {Error["cause"]} [cause] */
function failure(message, cause) {
  return cause === undefined ? new Error(message) : new Error(message, { cause });
}

/** Forms of a value that shows by itself what it is. @type {readonly (readonly [string, (secret: string) => readonly [string, object]])[]} */
const forms = [
  ["message", (s) => [`got ${s} from the form`, {}]],
  ["message, alone", (s) => [s, {}]],
  ["message, in brackets", (s) => [`value (${s}), rejected`, {}]],
  ["field", (s) => ["x", { note: s }]],
  ["field, in a sentence", (s) => ["x", { note: `the customer wrote: ${s}.` }]],
  ["nested", (s) => ["x", { a: { b: { c: { d: s } } } }]],
  ["array", (s) => ["x", { list: ["a", s, "b"] }]],
  ["array of objects", (s) => ["x", { list: [{ a: 1 }, { remark: s }] }]],
  ["Map", (s) => ["x", { map: new Map([["k", s]]) }]],
  ["Set", (s) => ["x", { set: new Set([1, s]) }]],
  ["toJSON", (s) => ["x", { order: { toJSON: () => ({ remark: s }) } }]],
  ["error message and stack", (s) => ["x", { err: failure(`cannot accept ${s}`) }]],
  ["cause", (s) => ["x", { err: failure("outer", failure(`inner ${s}`)) }]],
  ["aggregate", (s) => ["x", { err: new AggregateError([failure(`one ${s}`)], "many") }]],
  ["own field of an error", (s) => ["x", { err: Object.assign(failure("no"), { detail: s }) }]],
  ["query of a URL", (s) => ["x", { url: `https://shop.example.com/find?q=${encodeURIComponent(s)}&page=2` }]],
  ["encoded twice", (s) => [`GET /find?next=${encodeURIComponent(`/x?q=${encodeURIComponent(s)}`)}`, {}]],
  ["JSON in a string", (s) => ["x", { body: JSON.stringify({ n: 1, remark: s }) }]],
  ["JSON in JSON in a string", (s) => ["x", { body: JSON.stringify({ inner: JSON.stringify({ remark: s }) }) }]],
  ["after a line break in JSON", (s) => ["x", { body: JSON.stringify({ remark: `one\n${s}\ntwo` }) }]],
  ["zero-width inside", (s) => [`got ${[...s].join("\u200b")}`, {}]],
  ["soft hyphen inside", (s) => ["x", { note: `${s.slice(0, 6)}\u00ad${s.slice(6)}` }]],
  ["wide characters", (s) => [`got ${wide(s)}`, {}]],
  ["escaped by number", (s) => ["x", { raw: [...s].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`).join("") }]],
];

/** @param {string} text */
function wide(text) {
  return text.replace(/[!-~]/g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0));
}

/** Other ways to write one kind. @type {readonly (readonly [RegExp, string, (secret: string) => string])[]} */
const spellings = [
  [/^card/, "spaces", (s) => s.replace(/(\d{4})(?=\d)/g, "$1 ")],
  [/^card/, "dashes", (s) => s.replace(/(\d{4})(?=\d)/g, "$1-")],
  [/^card/, "dots", (s) => s.replace(/(\d{4})(?=\d)/g, "$1.")],
  [/^card/, "no-break spaces", (s) => s.replace(/(\d{4})(?=\d)/g, "$1\u00a0")],
  [/^card/, "en dashes", (s) => s.replace(/(\d{4})(?=\d)/g, "$1\u2013")],
  [/^card/, "digit by digit", (s) => [...s].join(" ")],
  [/^card/, "plus signs", (s) => s.replace(/(\d{4})(?=\d)/g, "$1+")],
  [/^card/, "Arabic digits", (s) => s.replace(/\d/g, (digit) => String.fromCharCode(0x660 + Number(digit)))],
  [/^iban/, "groups", (s) => s.replace(/(.{4})(?=.)/g, "$1 ")],
  [/^iban/, "lower case", (s) => s.toLowerCase()],
  [/^iban/, "lower case, dashes", (s) => s.toLowerCase().replace(/(.{4})(?=.)/g, "$1-")],
  [/^email/, "upper case", (s) => s.toUpperCase()],
  [/^email/, "in a mailto link", (s) => `mailto:${s}`],
  [/^email/, "in angle brackets", (s) => `Ann <${s}>`],
  [/^phone/, "groups", (s) => s.replace(/^(\+44)(20)(....)(....)$/, "$1 $2 $3 $4")],
  [/^phone/, "brackets", (s) => s.replace(/^(\+44)(20)(....)(....)$/, "$1 (20) $3-$4")],
  [/^ssn/, "spaces", (s) => s.replaceAll("-", " ")],
  [/^ssn/, "dots", (s) => s.replaceAll("-", ".")],
  [/^ssn/, "with its name", (s) => `SSN ${s.replaceAll("-", "")}`],
  [/^(dni|nino|codice)/, "lower case", (s) => s.toLowerCase()],
  [/^nino/, "groups", (s) => s.replace(/(..)(?=.)/g, "$1 ")],
  [/^nir/, "groups", (s) => s.replace(/^(.)(..)(..)(..)(...)(...)(..)$/, "$1 $2 $3 $4 $5 $6 $7")],
];

/** Keys in several spellings, of secrets that nothing but the key gives away. */
const keys = [
  ["password", "PASSWORD", "userPassword", "user_password", "new-password", "dbpassword", "password2", "passwordHash"],
  ["pwd", "MYSQL_PWD", "passwd", "pass", "passphrase"],
  ["secret", "clientSecret", "client_secret", "CLIENT-SECRET", "secret_key_base", "webhookSecret"],
  ["apiKey", "api_key", "API-KEY", "x-api-key", "apikey", "stripeApiKey"],
  ["token", "accessToken", "access_token", "refreshtoken", "csrf-token", "idToken"],
  ["authorization", "Proxy-Authorization", "cookie", "Set-Cookie", "sessionId", "session_id"],
  ["privateKey", "connectionString", "credentials", "otp", "recoveryCode", "accessKeySecret"],
  ["cvv", "cardholderName", "pin", "securityCode"],
].flat();

/** Keys of persons, only as names of fields. */
const personal = "firstName last_name dateOfBirth street_address postalCode passportNumber mrn patientName diagnosis taxId".split(" ");

/** Ways to write a name and a value. @type {readonly (readonly [string, (key: string, value: string) => readonly [string, object]])[]} */
const keyForms = [
  ["field", (k, v) => ["x", { [k]: v }]],
  ["nested", (k, v) => ["x", { a: { b: [{ [k]: v }] } }]],
  ["Map", (k, v) => ["x", { map: new Map([[k, v]]) }]],
  ["list under the key", (k, v) => ["x", { [k]: [v] }]],
  ["object under the key", (k, v) => ["x", { [k]: { value: v } }]],
  ["own field of an error", (k, v) => ["x", { err: Object.assign(failure("no"), { [k]: v }) }]],
  ["field of a cause", (k, v) => ["x", { err: failure("no", { request: { [k]: v } }) }]],
];
/** The same in texts. @type {readonly (readonly [string, (key: string, value: string) => readonly [string, object]])[]} */
const textForms = [
  ["name=value", (k, v) => [`cannot connect with ${k}=${v} to the host`, {}]],
  ["name: value", (k, v) => [`sent ${k}: ${v}`, {}]],
  ["JSON", (k, v) => ["x", { body: JSON.stringify({ user: 1, [k]: v, more: true }) }]],
  ["JSON in JSON", (k, v) => ["x", { body: JSON.stringify({ inner: JSON.stringify({ [k]: v }) }) }]],
  ["list in JSON", (k, v) => ["x", { body: JSON.stringify({ [k]: ["a", v] }) }]],
  ["console form", (k, v) => [`{ user: 1, '${k}': '${v}' }`, {}]],
  ["error", (k, v) => ["x", { err: failure(`request failed: ${k}=${v}`) }]],
  ["query", (k, v) => [`GET https://shop.example.com/x?a=1&${k}=${encodeURIComponent(v)}&b=2`, {}]],
  ["XML", (k, v) => [`<login><${k}>${v}</${k}></login>`, {}]],
  ["option", (k, v) => [`ran tool --${k} ${v} --verbose`, {}]],
  ["zero-width in the name", (k, v) => [`${k.slice(0, 2)}\u200b${k.slice(2)}=${v}`, {}]],
];

/** Credentials that their surroundings give away. @param {Random} random @returns {LeakCase[]} */
function surroundings(random) {
  const opaque = body(random, 32);
  const word = body(random, 18, "letters").toLowerCase();
  const pass = password(random);
  const basic = Buffer.from(`admin:${pass}`).toString("base64");
  const pem = `-----BEGIN RSA ${"PRIVATE"} KEY-----\n${body(random, 64)}\n${body(random, 64)}\n-----END RSA ${"PRIVATE"} KEY-----`;
  const open = `-----BEGIN ${"PRIVATE"} KEY-----\n${body(random, 64)}`;
  const plain = `${body(random, 8)}Fake`;
  /** @type {readonly (readonly [string, string, string])[]} */
  const texts = [
    ["bearer", opaque, `Authorization: Bearer ${opaque}`],
    ["bearer, lower case", opaque, `authorization: bearer ${opaque} accepted`],
    ["bearer, upper case", opaque, `AUTHORIZATION: BEARER ${opaque}`],
    ["bearer without header", opaque, `retry with Bearer ${opaque}`],
    ["bearer of letters", word, `retry with Bearer ${word}`],
    ["basic", basic, `Authorization: Basic ${basic}`],
    ["basic without header", basic, `header was basic ${basic}`],
    ["basic in JSON", basic, JSON.stringify({ rawHeaders: ["Authorization", `Basic ${basic}`] })],
    ["cookie header", opaque, `Cookie: theme=dark; sid=${opaque}; lang=en`],
    ["set-cookie header", opaque, `Set-Cookie: sid=${opaque}; Path=/; HttpOnly`],
    ["redis URL", plain, `redis://app:${plain}@cache.example.com:6379/0`],
    ["postgres URL with a slash", plain, `postgres://app:a/${plain}@db.example.com/shop`],
    ["mongodb URL", plain, `mongodb+srv://root:${plain}@c0.example.com,c1.example.com/admin`],
    ["http user information", plain, `fetch https://${plain}:x-oauth-basic@git.example.com/a.git failed`],
    ["http user only", plain, `https://${plain}@git.example.com/a.git`],
    ["signed URL", opaque, `https://s3.example.com/f?X-Amz-Expires=60&X-Amz-Signature=${opaque}`],
    ["shared access signature", opaque, `https://b.example.net/c?sv=2022-11-02&sp=r&sig=${opaque}`],
    ["fragment", opaque, `https://app.example.com/cb#access_token=${opaque}&type=x`],
    ["authorization code", opaque, `GET /callback?code=${opaque}&x=1`],
    ["connection string", plain, `Server=db;User Id=sa;Password=${plain};Encrypt=true`],
    ["storage connection string", opaque, `AccountName=a;AccountKey=${opaque}==;EndpointSuffix=x`],
    ["name of two words", opaque, `the API key: ${opaque}`],
    ["environment dump", plain, `PATH=/bin PGPASSWORD=${plain} HOME=/srv`],
    ["escaped quotes", plain, `{\\"password\\":\\"a\\\\\\"${plain}\\"}`],
    ["Slack hook", opaque, `POST https://hooks.slack.com/services/T0FAKE/B0FAKE/${opaque}`],
  ];
  return [
    ...texts.flatMap(([name, needle, text]) => [
      { name: `${name}, message`, needles: [needle], message: text, fields: {} },
      { name: `${name}, field`, needles: [needle], message: "x", fields: { deep: [{ text }] } },
      { name: `${name}, error`, needles: [needle], message: "x", fields: { err: failure(text) } },
    ]),
    ...[pem, open].flatMap((key) => [
      { name: "private key, field", needles: [key.slice(40, 90), JSON.stringify(key).slice(40, 80)], message: "x", fields: { note: key } },
      { name: "private key in JSON", needles: [key.slice(40, 90), JSON.stringify(key).slice(40, 80)], message: JSON.stringify({ note: key }), fields: {} },
    ]),
    ...cards.map(({ kind, make }) => {
      const number = make(random);
      return { name: `${kind} as a number`, needles: [number], message: "x", fields: { value: Number(number), big: BigInt(number) } };
    }),
  ];
}

/** @param {Random} random @returns {LeakCase[]} */
function shownByThemselves(random) {
  return [...cards, ...tokens, ...identifiers].flatMap(({ kind, make }) => {
    const plain = forms.map(([form, log]) => {
      const secret = make(random);
      const [message, fields] = log(secret);
      return { name: `${kind}, ${form}`, needles: [secret, encodeURIComponent(secret), wide(secret)], message, fields };
    });
    const spelled = spellings
      .filter(([kinds]) => kinds.test(kind))
      .flatMap(([, spelling, write]) =>
        forms.slice(0, 8).map(([form, log]) => {
          const secret = write(make(random));
          const [message, fields] = log(secret);
          return { name: `${kind}, ${spelling}, ${form}`, needles: [secret], message, fields };
        }),
      );
    return [...plain, ...spelled];
  });
}

/** @param {Random} random @returns {LeakCase[]} */
function shownByNames(random) {
  /** @param {readonly string[]} names @param {typeof keyForms} ways */
  const all = (names, ways) =>
    names.flatMap((key) =>
      ways.map(([form, log]) => {
        const value = password(random);
        const [message, fields] = log(key, value);
        return { name: `${key}, ${form}`, needles: [value, encodeURIComponent(value)], message, fields };
      }),
    );
  return [...all(keys, [...keyForms, ...textForms]), ...all(personal, keyForms)];
}

/** All cases. @param {Random} random @returns {readonly LeakCase[]} */
export function leakCases(random) {
  return [...shownByThemselves(random), ...shownByNames(random), ...surroundings(random)];
}
