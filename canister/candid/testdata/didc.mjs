// Answers questions about Candid with npm's didc, a JSON object a line. The argument names the directory of node_modules.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { resolve } from "node:path";

const { encode, decode } = createRequire(resolve(process.argv[2]) + "/")("@dfinity/didc");
const ask = {
  encode: ({ idl, input }) => encode({ idl, input, withType: { kind: "methodParams", name: "m" } }),
  decode: ({ idl, input }) => decode({ idl, input, serviceMethod: "m", useServiceMethodReturnType: true }),
};
for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  let answer;
  try {
    answer = { output: ask[question.ask](question) };
  } catch (e) {
    answer = { error: String(e?.message ?? e) };
  }
  console.log(JSON.stringify(answer));
}
