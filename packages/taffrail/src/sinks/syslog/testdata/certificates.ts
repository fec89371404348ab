import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A certificate and its key, as PEM texts. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** An authority of its own, for one test file. */
export interface Authority {
  readonly cert: string;
  /** Makes a certificate for a name of the network, such as `logs.internal`. */
  certify(name: string): Certificate;
}

const openssl = (at: string, args: string): void => {
  execFileSync("openssl", args.split(" "), { cwd: at, stdio: "ignore" });
};
const newKey = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";

/** Makes an authority whose certificates hold for two days; `use` gets it while its files are there. */
export function withAuthority<T>(name: string, use: (authority: Authority) => T): T {
  const at = mkdtempSync(join(tmpdir(), "taffrail-authority-"));
  const read = (file: string): string => readFileSync(join(at, file), "utf8");
  try {
    openssl(at, `req -x509 ${newKey} -days 2 -subj /CN=${name} -keyout ca.key -out ca.pem`);
    return use({
      cert: read("ca.pem"),
      certify(subject) {
        openssl(at, `req ${newKey} -subj /CN=${subject} -keyout own.key -out own.csr`);
        writeFileSync(join(at, "names"), `subjectAltName=DNS:${subject}\n`);
        openssl(
          at,
          "x509 -req -in own.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out own.pem",
        );
        return { cert: read("own.pem"), key: read("own.key") };
      },
    });
  } finally {
    rmSync(at, { recursive: true });
  }
}
