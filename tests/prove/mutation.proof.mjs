// @ts-check
import { copyLibrary, runTests, staleReason, tryMutation } from "./support/mutate.mjs";
import { mutations } from "./support/mutations.mjs";

/** @typedef {import("./support/mutate.mjs").Mutation} Mutation */

/** Some of the mutations, spread by chance. @param {number} count @param {import("@taffrail/contracts").Random} random */
function choose(count, random) {
  const left = [...mutations];
  /** @type {Mutation[]} */
  const chosen = [];
  while (chosen.length < count && left.length > 0) {
    const at = random.integer(0, left.length);
    chosen.push(...left.splice(at, 1));
  }
  return chosen.toSorted((one, other) => mutations.indexOf(one) - mutations.indexOf(other));
}

/** Tests that fail without any mutation can prove nothing. @param {string} folder @param {readonly Mutation[]} chosen */
async function soundFailures(folder, chosen) {
  const files = [...new Set(chosen.flatMap(({ tests }) => tests))];
  const { failed, broken } = await runTests(folder, files);
  return [...failed, ...broken];
}

/** @type {import("@taffrail/experiments").Proof} */
export const proof = {
  name: "mutation",
  title: "faults put into the library on purpose, one for each stage and promise: each is noticed by a test",
  needs: [],
  counts: { full: mutations.length, share: 3 },
  async run({ count, folder, random, say }) {
    const chosen = choose(count, random);
    const faults = chosen.flatMap((mutation) => {
      const reason = staleReason(mutation);
      return reason === undefined ? [] : [`${mutation.title}: ${reason}`];
    });
    if (faults.length > 0) return { figures: {}, faults };
    copyLibrary(folder);
    for (const name of await soundFailures(folder, chosen)) faults.push(`fails without a mutation: ${name}`);
    let caught = 0;
    for (const mutation of chosen) {
      const { failed, broken, passed } = await tryMutation(folder, mutation);
      const [catcher] = failed;
      const row = `${mutation.stage.padEnd(10)} ${mutation.title.padEnd(70)}`;
      if (broken.length > 0) faults.push(`${mutation.title}: its tests did not run: ${broken[0]}`);
      else if (catcher === undefined) faults.push(`${mutation.title}: ${passed.length} tests passed all the same`);
      else {
        caught += 1;
        say(`${row} → ${catcher}${failed.length > 1 ? ` (and ${failed.length - 1} more)` : ""}`);
      }
    }
    const stages = new Set(chosen.map(({ stage }) => stage));
    return { figures: { mutations: chosen.length, caught, stages: [...stages].join(", ") }, faults };
  },
};
