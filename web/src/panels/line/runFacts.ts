/** Config and summary values that legends name, read for the runs that are drawn. */

import { ExactInteger } from '../../data/exactIntegers'
import type { ProjectApi } from '../../data/project'

const PAGE = 500

export class RunFacts {
  private readonly api: Pick<ProjectApi, 'runs'>
  private readonly values = new Map<string, Map<string, unknown>>()
  private readonly asked = new Set<string>()

  constructor(api: Pick<ProjectApi, 'runs'>) {
    this.api = api
  }

  valueOf = (run: string, key: string): unknown => this.values.get(run)?.get(key)

  /** Reads what is not known yet; `onChange` once it is there. */
  want(runs: readonly string[], keys: readonly string[], onChange: () => void): void {
    const missing = runs.filter(run => keys.some(key => !this.asked.has(`${run}\n${key}`)))
    if (missing.length === 0) return
    for (const run of missing) for (const key of keys) this.asked.add(`${run}\n${key}`)
    void this.read(missing, keys).then(onChange, () => {
      for (const run of missing) for (const key of keys) this.asked.delete(`${run}\n${key}`)
    })
  }

  private async read(runs: readonly string[], keys: readonly string[]): Promise<void> {
    for (let from = 0; from < runs.length; from += PAGE) {
      const some = runs.slice(from, from + PAGE)
      const filter = `id in [${some.map(id => JSON.stringify(id)).join(', ')}]`
      const page = await this.api.runs({
        filter,
        search: '',
        sort: [],
        columns: [...keys],
        cursor: '',
        limit: some.length,
      })
      for (const run of page.runs) {
        const held = this.values.get(run.id) ?? new Map<string, unknown>()
        for (const key of keys) {
          const digits = run.digits?.[key]
          held.set(key, digits === undefined ? run.values?.[key] : new ExactInteger(digits))
        }
        this.values.set(run.id, held)
      }
    }
  }
}

const byApi = new WeakMap<object, RunFacts>()

export function runFacts(api: ProjectApi): RunFacts {
  let made = byApi.get(api)
  if (!made) byApi.set(api, (made = new RunFacts(api)))
  return made
}
