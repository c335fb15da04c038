// Verifies responses with npm's @dfinity/response-verification, a JSON object a line in, one out.
//
//   node verify.mjs DIRECTORY-OF-NODE-PACKAGES
import { createInterface } from 'node:readline'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(join(process.argv[2], 'package.json'))
const { verifyRequestResponsePair } = require('@dfinity/response-verification')

const bytes = (hex) => Uint8Array.from(Buffer.from(hex, 'hex'))
const headers = (list) => (list ?? []).map(({ Name, Value }) => [Name, Value])

for await (const line of createInterface({ input: process.stdin })) {
  const { request, response, canister, now, tolerance, root, min } = JSON.parse(line)
  let answer
  try {
    const info = verifyRequestResponsePair(
      { method: request.method, url: request.url, headers: headers(request.headers), body: bytes(request.body), certificate_version: [2] },
      { status_code: response.status, headers: headers(response.headers), body: bytes(response.body) },
      bytes(canister), BigInt(now), BigInt(tolerance), bytes(root), min,
    )
    answer = { version: info.verificationVersion, headers: info.response?.headers.map(([name]) => name) ?? null }
  } catch (error) {
    answer = { error: String(error.message ?? error.code ?? error) }
  }
  process.stdout.write(JSON.stringify(answer) + '\n')
}
