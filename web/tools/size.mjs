// Fails when the script that every page loads first is larger than its budget. Reads Vite's manifest, so run after `npm run build`.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const ENTRY_BUDGET_KB = 250
const PANEL_BUDGET_KB = 60 // one kind of panel
const PAGE_BUDGET_KB = 90 // a page's own part, loaded when it is first opened
/** Libraries that one kind of medium or chart needs, loaded with the first of it. Module name → KB. */
const LIBRARY_BUDGET_KB = {
  three: 200, // things in space
  vega: 330, // custom charts
  'plotly.js-cartesian-dist-min': 480, // flat figures
  'plotly.js-strict-dist-min': 1500, // figures in space and of very many points
}
const out = new URL('../../src/assay/server/static/', import.meta.url).pathname

let manifest
try {
  manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'))
} catch {
  console.error(`No manifest in ${out}. Run npm run build first.`)
  process.exit(2)
}

/** `make web` keeps the largest files packed alone. */
const gzipKb = file =>
  (existsSync(join(out, file))
    ? gzipSync(readFileSync(join(out, file)), { level: 9 }).length
    : statSync(join(out, `${file}.gz`)).size) / 1024
const staticFiles = (key, seen = new Set()) => {
  const chunk = manifest[key]
  if (!chunk || seen.has(chunk.file)) return seen
  seen.add(chunk.file)
  for (const next of chunk.imports ?? []) staticFiles(next, seen)
  return seen
}

const entryKey = Object.keys(manifest).find(key => manifest[key].isEntry)
const entry = staticFiles(entryKey)
const entryKb = [...entry].filter(file => file.endsWith('.js')).reduce((sum, file) => sum + gzipKb(file), 0)
let failed = entryKb > ENTRY_BUDGET_KB
console.log(`entry            ${entryKb.toFixed(1).padStart(7)} KB gz of ${ENTRY_BUDGET_KB}`)

for (const [key, chunk] of Object.entries(manifest)) {
  if (!chunk.isDynamicEntry || entry.has(chunk.file)) continue
  const library = Object.keys(LIBRARY_BUDGET_KB).find(name => key.includes(`node_modules/${name}/`))
  const budgetKb = library ? LIBRARY_BUDGET_KB[library] : key.includes('src/panels/') ? PANEL_BUDGET_KB : PAGE_BUDGET_KB
  const kb = gzipKb(chunk.file)
  failed ||= kb > budgetKb
  console.log(`${(chunk.name ?? chunk.file).padEnd(16)} ${kb.toFixed(1).padStart(7)} KB gz of ${budgetKb}`)
}
if (failed) {
  console.error('Over budget. Load what is not needed at first with import(), or replace the dependency.')
  process.exit(1)
}
