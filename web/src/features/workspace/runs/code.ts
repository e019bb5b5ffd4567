/** The same runs as code, for the SDK. Pure. */

import { type RunSet, sortOf } from '../runSet'

export interface CodePlace {
  server: string
  entity: string
  project: string
}

/** A Python string literal. */
export function pythonText(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n').replaceAll('\r', '\\r')
  return `"${escaped}"`
}

/** The run set as a query of the SDK. */
export function queryCode(set: RunSet, { server, entity, project }: CodePlace): string {
  const path = pythonText(`${entity}/${project}`)
  const order = sortOf(set)
    .map(({ key, descending }) => `${descending ? '-' : '+'}${key}`)
    .join(', ')
  const filter = set.filter ? `filters=${pythonText(set.filter)}, ` : ''
  const search = set.search ? `\n# The list is narrowed further by a search for ${pythonText(set.search)}.` : ''
  return `import assay\n\napi = assay.Api({"base_url": ${pythonText(server)}})${search}\nruns = api.runs(${path}, ${filter}order=${pythonText(order)})\nfor run in runs:\n    print(run.name, run.state, run.summary)`
}

/** These runs, by id. */
export function runsCode(ids: readonly string[], { server, entity, project }: CodePlace): string {
  if (ids.length === 1) {
    return `import assay\n\nrun = assay.Api({"base_url": ${pythonText(server)}}).run(${pythonText(`${entity}/${project}/${ids[0]}`)})\nprint(run.config, run.summary)`
  }
  const filter = `id in [${ids.map(id => JSON.stringify(id)).join(', ')}]`
  return `import assay\n\nruns = assay.Api({"base_url": ${pythonText(server)}}).runs(${pythonText(`${entity}/${project}`)}, filters=${pythonText(filter)})\nfor run in runs:\n    print(run.name, run.config, run.summary)`
}
