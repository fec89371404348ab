import { passesLuhn } from "./luhn.ts";

/** How a country writes its numbers for persons, and the check that tells them from other numbers. */
export interface NationalId {
  readonly country: string;
  /** Source of a pattern that begins with a letter or digit; boundaries are added. */
  readonly form: string;
  /** Gets the number in upper case without separators. */
  readonly check: (id: string) => boolean;
}

const gap = "[ \\-]?";

/** Sum of digits times weights. */
function weigh(digits: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, index) => sum + weight * Number(digits.charAt(index)), 0);
}

function isDate(year: string, month: string, day: string): boolean {
  return /^\d\d/.test(year) && Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= 31;
}

const dniLetters = "TRWAGMYFPDXBNJZSQVHLCKE";
const dni = (digits: string, letter: string): boolean => dniLetters.charAt(Number(digits) % 23) === letter;

function pesel(id: string): boolean {
  const month = Number(id.slice(2, 4));
  const isMonth = (month >= 1 && month <= 12) || (month >= 21 && month <= 32);
  const day = Number(id.slice(4, 6));
  return isMonth && day >= 1 && day <= 31 && weigh(id, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0;
}

function cpf(id: string): boolean {
  const first = ((weigh(id, [10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11) % 10;
  const second = ((weigh(id, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11) % 10;
  return !/^(\d)\1*$/.test(id) && id.endsWith(`${first}${second}`);
}

/** Steps of the Verhoeff check: a product in the group of order ten, and a permutation for each place. */
function verhoeff(id: string): boolean {
  const product = (a: number, b: number): number => {
    if (a < 5) return b < 5 ? (a + b) % 5 : ((a + b) % 5) + 5;
    return b < 5 ? ((a - b + 5) % 5) + 5 : (a - b + 10) % 5;
  };
  const permutation = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
  let check = 0;
  for (let place = 0; place < id.length; place++) {
    let digit = Number(id.charAt(id.length - 1 - place));
    for (let turn = 0; turn < place % 8; turn++) digit = permutation[digit] ?? 0;
    check = product(check, digit);
  }
  return check === 0;
}

function steuerId(id: string): boolean {
  const counts = [...new Set(id.slice(0, 10))].map((digit) => id.slice(0, 10).split(digit).length - 1);
  if (counts.filter((count) => count > 1).length !== 1 || Math.max(...counts) > 3) return false;
  let product = 10;
  for (const digit of id.slice(0, 10)) {
    const sum = (Number(digit) + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (11 - product) % 10 === Number(id.charAt(10));
}

function nir(id: string): boolean {
  const digits = id.replace("2A", "19").replace("2B", "18");
  return 97 - (Number(digits.slice(0, 13)) % 97) === Number(digits.slice(13));
}

function fodselsnummer(id: string): boolean {
  const first = weigh(id, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]);
  const second = weigh(id, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]);
  return isDate(id.slice(4, 6), id.slice(2, 4), id.slice(0, 2)) && first % 11 === 0 && second % 11 === 0;
}

function rijksregister(id: string): boolean {
  const [body, check] = [id.slice(0, 9), Number(id.slice(9))];
  return 97 - (Number(body) % 97) === check || 97 - (Number(`2${body}`) % 97) === check;
}

function residentId(id: string): boolean {
  const sum = weigh(id, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
  return (
    isDate(id.slice(6, 10), id.slice(10, 12), id.slice(12, 14)) && "10X98765432".charAt(sum % 11) === id.charAt(17)
  );
}

function hetu(id: string): boolean {
  const remainder = Number(id.slice(0, 6) + id.slice(-4, -1)) % 31;
  return "0123456789ABCDEFHJKLMNPRSTUVWXY".charAt(remainder) === id.slice(-1);
}

const ean13 = (id: string): boolean => weigh(id, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0;
const korean = (id: string): boolean =>
  (11 - (weigh(id, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11)) % 10 === Number(id.charAt(12));
const nhs = (id: string): boolean => weigh(id, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0;

/** The forms that can be told from other numbers: by a check, or by a shape that nothing else has. */
export const nationalIds: readonly NationalId[] = [
  {
    country: "GB",
    form: `(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]${gap}\\d\\d${gap}\\d\\d${gap}\\d\\d${gap}[A-D]`,
    check: () => true,
  },
  { country: "GB", form: "\\d{3}[ \\-]\\d{3}[ \\-]\\d{4}", check: nhs },
  { country: "CA", form: "\\d{3}[ \\-]\\d{3}[ \\-]\\d{3}", check: passesLuhn },
  { country: "ES", form: "\\d{8}[ \\-]?[A-HJ-NP-TV-Z]", check: (id) => dni(id.slice(0, 8), id.slice(8)) },
  {
    country: "ES",
    form: "[XYZ][ \\-]?\\d{7}[ \\-]?[A-HJ-NP-TV-Z]",
    check: (id) => dni(`${"XYZ".indexOf(id.charAt(0))}${id.slice(1, 8)}`, id.slice(8)),
  },
  {
    country: "FR",
    form: `[12]${gap}\\d\\d${gap}\\d\\d${gap}(?:\\d\\d|2[AB])${gap}\\d{3}${gap}\\d{3}${gap}\\d\\d`,
    check: nir,
  },
  { country: "IT", form: "[A-Z]{6}\\d\\d[A-EHLMPRST]\\d\\d[A-Z]\\d{3}[A-Z]", check: () => true },
  { country: "DE", form: `[1-9]\\d${gap}\\d{3}${gap}\\d{3}${gap}\\d{3}`, check: steuerId },
  { country: "PL", form: "\\d{11}", check: pesel },
  { country: "NO", form: "\\d{6} ?\\d{5}", check: fodselsnummer },
  { country: "BR", form: "\\d{3}\\.\\d{3}\\.\\d{3}-\\d\\d", check: cpf },
  { country: "BE", form: "\\d\\d\\.\\d\\d\\.\\d\\d-\\d{3}\\.\\d\\d", check: rijksregister },
  { country: "CH", form: "756\\.?\\d{4}\\.?\\d{4}\\.?\\d\\d", check: ean13 },
  { country: "IN", form: "[2-9]\\d{3}[ \\-]\\d{4}[ \\-]\\d{4}", check: verhoeff },
  {
    country: "SE",
    form: "\\d{6}[\\-+]\\d{4}",
    check: (id) => isDate(id.slice(0, 2), id.slice(2, 4), id.slice(4, 6)) && passesLuhn(id),
  },
  { country: "FI", form: "\\d{6}[\\-+A]\\d{3}[0-9A-FHJ-NPR-Y]", check: hetu },
  { country: "CN", form: "[1-9]\\d{16}[\\dX]", check: residentId },
  { country: "KR", form: "\\d{6}-[1-8]\\d{6}", check: korean },
  {
    country: "ZA",
    form: "\\d{10}[01]\\d\\d",
    check: (id) => isDate(id.slice(0, 2), id.slice(2, 4), id.slice(4, 6)) && passesLuhn(id),
  },
];
