// Who may import whom: routes → features → panels → charts, data, ui. Features meet only in model.ts and actions.ts.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

const src = new URL('../src/', import.meta.url).pathname
const may = {
  app: ['app', 'routes', 'features', 'panels', 'charts', 'data', 'ui'],
  routes: ['routes', 'app', 'features', 'data', 'ui'],
  features: ['features', 'app', 'panels', 'charts', 'data', 'ui'],
  panels: ['panels', 'charts', 'data', 'ui'],
  charts: ['charts'],
  data: ['data'],
  ui: ['ui'],
}
const files = readdirSync(src, { recursive: true })
  .map(String)
  .filter(name => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name))

const wrong = []
for (const name of files) {
  const from = name.split('/')
  const text = readFileSync(join(src, name), 'utf8')
  for (const [, path] of text.matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g)) {
    const to = relative(src, resolve(dirname(join(src, name)), path)).split('/')
    if (!may[from[0]]?.includes(to[0])) wrong.push(`${name} imports ${path}: ${from[0]} may not import ${to[0]}`)
    const isOtherFeature = from[0] === 'features' && to[0] === 'features' && from[1] !== to[1]
    if (isOtherFeature && !/^(model|actions)(\.tsx?)?$/.test(to[2] ?? ''))
      wrong.push(`${name} imports ${path}: features meet only in model.ts and actions.ts`)
  }
}
if (wrong.length > 0) {
  console.error(wrong.join('\n'))
  process.exit(1)
}
