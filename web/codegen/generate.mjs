// openapi.json → src/data/api.gen.ts. With --check: fails when the committed file is not what would be written.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import openapiTS, { astToString } from 'openapi-typescript'

const document = new URL('../../src/assay/server/api/rest/openapi.json', import.meta.url)
const output = fileURLToPath(new URL('../src/data/api.gen.ts', import.meta.url))

const head = '// Written by `npm run codegen` from src/assay/server/api/rest/openapi.json. Do not edit.\n\n'
const text = head + astToString(await openapiTS(document, { alphabetize: true, defaultNonNullable: false }))

if (process.argv.includes('--check')) {
  const committed = readFileSync(output, 'utf8')
  if (committed !== text) {
    console.error('src/data/api.gen.ts is older than openapi.json. Run npm run codegen and commit the result.')
    process.exit(1)
  }
} else {
  writeFileSync(output, text)
}
